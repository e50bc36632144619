import { InputError } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { type Play, stepsOf } from '../core/playbook.ts';
import type { AnyStepType } from '../core/step-type.ts';
import { entryOf, toJson, type YamlMap, type YamlNode } from '../core/yaml-node.ts';
import type { Confine } from '../local/roots.ts';
import type { Choice } from './choice.ts';
import { compileTasks } from './compile-tasks.ts';
import { checkHandlers, readHandlers } from './handlers.ts';
import { readInputs } from './inputs.ts';
import { playSchema, TASK_KEYS } from './keywords.ts';
import { readLimits } from './limits.ts';
import { type Names, playVariables, type Registers } from './names.ts';
import { checkOneAtATime } from './one-at-a-time.ts';
import type { Report } from './place.ts';
import { checkHiddenVariables, inputValues, openInputs } from './play-inputs.ts';
import { checkVariableNames, type TakenNames } from './play-names.ts';
import { type PluginPlace, type Plugins, readPlugins } from './plugins.ts';
import { checkPrivilege } from './privilege.ts';
import { readTasks } from './read-tasks.ts';
import { inside, textOf } from './reading.ts';
import { registerOf } from './registers.ts';
import { readRollout } from './rollout.ts';
import { checkHealth, checkSpread } from './rollout-checks.ts';
import { reportSchemaErrors, type SchemaError, validate } from './schema.ts';
import { type StepForm, stepForms, type TaskForm } from './task-form.ts';
import { checkUndoOrder } from './undo-order.ts';

/** What is known beside the playbook's text. */
export interface Known {
  readonly stepTypes: readonly AnyStepType[];
  /** The hosts of a play's `hosts`, a limit already applied. Without it (no inventory) any name may be an inventory variable. @throws InputError */
  readonly selectHosts?: (pattern: string) => readonly Host[];
  /** The inventory was not read whole: any name may be a variable of it. */
  readonly isPartial?: boolean;
  /** From -e; they win over all others. */
  readonly extraVars?: JsonObject;
  /** Inputs that must be given may be given later: a playbook is checked without its command line. */
  readonly mayLackInputs?: boolean;
  /** Those that the playbook names, loaded. */
  readonly plugins?: Plugins;
  /** What the command line leaves of the steps; without it all. */
  readonly choice?: Choice;
  /** Set: nothing of the playbook is executed here, and only files that it lets through are read. */
  readonly untrusted?: Confine;
}

/** Checks one play. What it returns is only good where nothing was reported. */
export function compilePlay(node: YamlNode, known: Known, file: PlaybookFile): Play | undefined {
  const { report } = file;
  if (node.kind !== 'map') {
    report.error('bad-shape', node.span, 'a play must be a map', 'write `- name: …` with `hosts:` and `steps:` below');
    return undefined;
  }
  reportSchemaErrors(withoutSteps(validate(playSchema, toJson(node)), node, report), node, report, 'the play');
  const { inputs, ...settings } = readSettings(node, known, report);
  const hosts = selectedHosts(node, known, report);
  const variables = playVariables(hosts, settings.vars);
  for (const [name, variable] of openInputs(inputs, settings.vars)) variables.set(name, variable);
  const extraVars = known.extraVars ?? {};
  const taken = { variables, extraVars, inputs: new Set(inputs.map(({ name }) => name)) };
  const forms = readForms(node, known, file);
  const rollout = readRollout(node, report);
  const limits = readLimits(node, report);
  checkOneAtATime(stepForms([...forms.steps, ...forms.handlers]), rollout);
  checkUndoOrder(stepForms(forms.steps), rollout);
  checkPrivilege(stepForms([...forms.steps, ...forms.handlers]), hosts ?? [], extraVars);
  const open = known.selectHosts === undefined || known.isPartial === true;
  checkSpread(node, rollout, { variables, open }, report);
  const scope = { variables, open, given: new Set<string>() };
  return { ...settings, at: report.source.at(node.span.start), rollout, limits, ...compileAll(forms, scope, taken) };
}

/** That a play of Ansible's has no steps is told as what it is. */
function withoutSteps(errors: readonly SchemaError[], node: YamlNode, report: Report): readonly SchemaError[] {
  const theirs = ['tasks', 'roles', 'pre_tasks', 'post_tasks'].find((key) => entryOf(node, key));
  if (theirs === undefined || entryOf(node, 'steps')) return errors;
  report.error(
    'missing-key',
    node.span,
    `this is a play of Ansible's: it has '${theirs}', and no 'steps'`,
    'unwedge runs its own step types only: unwedge steps lists them, docs/language.md tells what differs',
  );
  return errors.filter(({ keyword, params }) => keyword !== 'required' || params.missingProperty !== 'steps');
}

/** Where plays stand. */
export type PlaybookFile = PluginPlace;

interface PlayForms {
  readonly health: readonly TaskForm[];
  /** Those that the command line leaves. */
  readonly steps: readonly TaskForm[];
  readonly all: readonly StepForm[];
  readonly handlers: readonly StepForm[];
}

function readForms(node: YamlMap, known: Known, playbook: PlaybookFile): PlayForms {
  const { report, files } = playbook;
  const own = readPlugins(node, new Set([...known.stepTypes.map(({ name }) => name), ...TASK_KEYS]), playbook);
  const types = new Map([...known.stepTypes, ...own].map((type) => [type.name, type]));
  const reading = inside(node, { types, report, files, tags: [], become: undefined });
  const steps = readTasks(entryOf(node, 'steps')?.value, reading);
  const handlers = readHandlers(entryOf(node, 'handlers')?.value, reading);
  const health = readTasks(entryOf(entryOf(node, 'rollout')?.value, 'health')?.value, reading);
  const all = stepForms(steps);
  checkHandlers(all, handlers);
  checkHealth(stepForms(health));
  return { health, steps: known.choice?.of(steps) ?? steps, all, handlers };
}

function readSettings(node: YamlMap, { extraVars = {}, mayLackInputs = false }: Known, report: Report) {
  const vars = entryOf(node, 'vars')?.value;
  checkVariableNames(vars, report);
  const inputs = readInputs(entryOf(node, 'inputs')?.value, report);
  checkHiddenVariables(inputs, vars, report);
  const values = inputValues(inputs, extraVars, mayLackInputs, report);
  const written = vars && toJson(vars);
  const hosts = textOf(node, 'hosts') ?? '';
  return {
    ...{ name: textOf(node, 'name') || hosts, hosts, inputs },
    vars: { ...(isObject(written) ? written : {}), ...extraVars, ...values },
  };
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function selectedHosts(node: YamlMap, known: Known, report: Report): readonly Host[] | undefined {
  const entry = entryOf(node, 'hosts');
  if (!known.selectHosts || entry?.value.kind !== 'scalar' || typeof entry.value.value !== 'string') return undefined;
  try {
    return known.selectHosts(entry.value.value);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const found of error.diagnostics) {
      if (found.at) report.add(found);
      else report.error('unknown-hosts', entry.value.span, found.message, found.todo);
    }
    return undefined;
  }
}

/** Each step sees the registers of those above it; handlers see all; health steps none. */
function compileAll(forms: PlayForms, scope: Omit<Names, 'registers' | 'later'>, taken: TakenNames) {
  const none: Registers = new Map();
  const left = new Set(stepForms(forms.steps));
  const later = new Map(
    [...forms.all.filter((form) => !left.has(form)), ...left, ...forms.handlers].flatMap((form) => {
      const [name, register] = registerOf(form, []) ?? [];
      const leftOut = form.kind === 'step' && !left.has(form) && !forms.handlers.includes(form);
      return name === undefined || register === undefined ? [] : [[name, { ...register, leftOut }] as const];
    }),
  );
  const names = { ...scope, registers: none, later };
  const steps = compileTasks(forms.steps, { names: { ...names, plain: left.size === forms.all.length }, taken });
  // One that no step can notify any more must not read what was left out.
  const isLeft = ({ name }: StepForm) => [...left].some(({ notify }) => notify.some(({ text }) => text === name));
  const open = left.size < forms.all.length ? forms.handlers.filter(isLeft) : forms.handlers;
  const handlers = compileTasks(open, { names: { ...names, registers: steps.registers }, taken });
  const health = compileTasks(forms.health, { names: { ...names, later: none }, taken });
  return { steps: steps.tasks, handlers: stepsOf(handlers.tasks), health: health.tasks };
}
