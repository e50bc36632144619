import { InputError } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Play, Step } from '../core/playbook.ts';
import type { AnyStepType } from '../core/step-type.ts';
import { entryOf, toJson, type YamlMap, type YamlNode } from '../core/yaml-node.ts';
import { conjuncts } from './cel-tree.ts';
import { playSchema } from './keywords.ts';
import { type Names, playVariables, type Register } from './names.ts';
import { checkOneAtATime } from './one-at-a-time.ts';
import type { Report } from './place.ts';
import { checkRegister, checkVariableNames } from './play-names.ts';
import { readRollout } from './rollout.ts';
import { checkHealth, checkSpread } from './rollout-checks.ts';
import { reportSchemaErrors, validate } from './schema.ts';
import { checkNotify, compileStep, readStep, type StepForm } from './step.ts';

/** What is known beside the playbook's text. */
export interface Known {
  readonly stepTypes: readonly AnyStepType[];
  /** The hosts of a play's `hosts`, a limit already applied. Without it (no inventory) any name may be an inventory variable. @throws InputError */
  readonly selectHosts?: (pattern: string) => readonly Host[];
  /** From -e; they win over all others. */
  readonly extraVars?: JsonObject;
}

/** Checks one play. What it returns is only good where nothing was reported. */
export function compilePlay(node: YamlNode, known: Known, report: Report): Play | undefined {
  if (node.kind !== 'map') {
    report.error(node.span, 'a play must be a map', 'write `- name: …` with `hosts:` and `steps:` below');
    return undefined;
  }
  reportSchemaErrors(validate(playSchema, toJson(node)), node, report, 'the play');
  checkVariableNames(entryOf(node, 'vars')?.value, report);
  const settings = readSettings(node, known.extraVars ?? {});
  const variables = playVariables(selectedHosts(node, known, report), settings.vars);
  const types = new Map(known.stepTypes.map((type) => [type.name, type]));
  const forms = readSteps(entryOf(node, 'steps')?.value, types, report);
  const handlers = readSteps(entryOf(node, 'handlers')?.value, types, report);
  checkHandlers(forms, handlers, report);
  const rollout = readRollout(node, report);
  checkOneAtATime([...forms, ...handlers], rollout, report);
  const scope = { variables, open: known.selectHosts === undefined, extraVars: known.extraVars ?? {} };
  checkSpread(node, rollout, scope, report);
  const health = readSteps(entryOf(entryOf(node, 'rollout')?.value, 'health')?.value, types, report);
  checkHealth(health, report);
  return {
    ...{ ...settings, at: report.source.at(node.span.start), rollout },
    health: compileAll(health, [], scope, report).steps,
    ...compileAll(forms, handlers, scope, report),
  };
}

function readSteps(node: YamlNode | undefined, types: ReadonlyMap<string, AnyStepType>, report: Report): StepForm[] {
  if (node?.kind !== 'list') return [];
  return node.items.map((item) => readStep(item, types, report)).filter((form) => form !== undefined);
}

function readSettings(node: YamlMap, extraVars: JsonObject) {
  const value = (key: string): Json | undefined => {
    const entry = entryOf(node, key);
    return entry && toJson(entry.value);
  };
  const text = (key: string): string => {
    const found = value(key);
    return typeof found === 'string' ? found : '';
  };
  const vars = value('vars');
  return {
    name: text('name') || text('hosts'),
    hosts: text('hosts'),
    vars: { ...(isObject(vars) ? vars : {}), ...extraVars },
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
      else report.error(entry.value.span, found.message, found.todo);
    }
    return undefined;
  }
}

function checkHandlers(forms: readonly StepForm[], handlers: readonly StepForm[], report: Report): void {
  const names = handlers.map((handler) => handler.name);
  for (const form of forms) checkNotify(form, names, report);
  const notified = new Set(forms.flatMap((form) => form.notify.map((name) => name.text)));
  for (const [i, handler] of handlers.entries()) {
    const name = entryOf(handler.node, 'name');
    const notify = entryOf(handler.node, 'notify');
    if (notify) report.error(notify.keySpan, "a handler can't notify another", 'notify both from the step');
    if (!name) report.error(handler.node.span, 'a handler needs a name', 'add `name: …`; steps notify it by that name');
    else if (names.indexOf(handler.name) !== i)
      report.error(name.value.span, `two handlers are named '${handler.name}'`, 'rename one');
    else if (!notified.has(handler.name)) {
      report.warning(
        name.value.span,
        `no step notifies the handler '${handler.name}'`,
        `add 'notify: ${handler.name}' to a step, or remove it`,
      );
    }
  }
}

type PlayScope = Pick<Names, 'variables' | 'open'> & { readonly extraVars: JsonObject };

/** Each step sees the registers of the steps above it; handlers see all. */
function compileAll(forms: readonly StepForm[], handlers: readonly StepForm[], scope: PlayScope, report: Report) {
  const { variables, open } = scope;
  const all = [...forms, ...handlers];
  const later = new Map(all.flatMap((form) => registerOf(form, new Map(), report)));
  let registers: ReadonlyMap<string, Register> = new Map();
  const compiled = all.map((form) => {
    const step = compileStep(form, { variables, registers, later, open }, report);
    for (const [name, register] of registerOf(form, registers, report)) {
      checkRegister(form, name, scope, report);
      registers = new Map([...registers, [name, register]]);
    }
    return step;
  });
  const usable = (steps: readonly (Step | undefined)[]): Step[] => steps.filter((step) => step !== undefined);
  return { steps: usable(compiled.slice(0, forms.length)), handlers: usable(compiled.slice(forms.length)) };
}

function registerOf(form: StepForm, before: ReadonlyMap<string, Register>, report: Report): [string, Register][] {
  if (form.register === undefined) return [];
  const alwaysSet = before.get(form.register)?.conditions.length === 0;
  const register = {
    step: form.name,
    at: report.source.at(form.node.span.start),
    fields: form.type?.output,
    conditions: alwaysSet ? [] : conjuncts(form.when ?? ''),
  };
  return [[form.register, register]];
}
