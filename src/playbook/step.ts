import { parseDuration } from '../core/duration.ts';
import type { Expression } from '../core/expression.ts';
import type { Step } from '../core/playbook.ts';
import type { AnyStepType } from '../core/step-type.ts';
import { didYouMean, suggestion } from '../core/suggestion.ts';
import {
  entryOf,
  mapToJson,
  toJson,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../core/yaml-node.ts';
import { compileArgs, compileTyped } from './args.ts';
import { conjuncts } from './cel-tree.ts';
import { STEP_KEYWORDS, stepSchema } from './keywords.ts';
import type { Names } from './names.ts';
import type { Report } from './place.ts';
import { reportSchemaErrors, validate } from './schema.ts';
import { unknownKey } from './schema-message.ts';

/** A step's form, before its expressions are looked at. */
export interface StepForm {
  readonly node: YamlMap;
  readonly name: string;
  readonly type: AnyStepType | undefined;
  readonly args: YamlEntry | undefined;
  readonly when: string | undefined;
  readonly register: string | undefined;
  readonly notify: readonly YamlScalar[];
}

/** Reads the keys of one step; the first pass, over all steps of a play. */
export function readStep(
  node: YamlNode,
  types: ReadonlyMap<string, AnyStepType>,
  report: Report,
): StepForm | undefined {
  if (node.kind !== 'map') {
    report.error(node.span, 'a step must be a map', 'write `- scan: {}`, or `- name: …` with the step type below');
    return undefined;
  }
  const keywords = { ...node, entries: node.entries.filter((entry) => STEP_KEYWORDS.includes(entry.key)) };
  reportSchemaErrors(validate(stepSchema, mapToJson(keywords)), node, report, 'the step');
  const args = stepTypeEntry(node, types, report);
  const type = args && types.get(args.key);
  return {
    node,
    name: text(node, 'name') ?? type?.name ?? 'step',
    type,
    args: type && args,
    when: text(node, 'when'),
    register: text(node, 'register'),
    notify: notified(entryOf(node, 'notify')?.value),
  };
}

/** The one entry that is no keyword. */
function stepTypeEntry(node: YamlMap, types: ReadonlyMap<string, AnyStepType>, report: Report): YamlEntry | undefined {
  const others = node.entries.filter((entry) => !STEP_KEYWORDS.includes(entry.key));
  const known = others.filter((entry) => types.has(entry.key));
  const [first, second] = known;
  if (first && second) {
    report.error(second.keySpan, `two step types in one step: ${first.key} and ${second.key}`, 'make it two steps');
  }
  for (const entry of others.filter((other) => !types.has(other.key))) {
    const { message, todo } = first
      ? unknownKey(entry.key, `a step of type ${first.key}`, STEP_KEYWORDS)
      : unknownStepType(entry.key, [...types.keys()]);
    report.error(entry.keySpan, message, todo);
  }
  if (others.length === 0) {
    report.error(node.span, 'a step without a step type', `add one of: ${[...types.keys()].join(', ')}`);
  }
  return second ? undefined : first;
}

function unknownStepType(key: string, types: readonly string[]): { message: string; todo?: string | undefined } {
  const keyword = suggestion(key, [...types, ...STEP_KEYWORDS]);
  const todo = keyword === undefined ? unknownKey(key, '', types).todo : `did you mean '${keyword}'?`;
  return { message: `unknown step type '${key}'`, todo };
}

function text(node: YamlMap, key: string): string | undefined {
  const value = entryOf(node, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

const notified = (node: YamlNode | undefined): YamlScalar[] =>
  (node?.kind === 'list' ? node.items : node ? [node] : []).filter(
    (item): item is YamlScalar => item.kind === 'scalar',
  );

/** Compiles one step with the names known at its place; the second pass. Undefined where its form is wrong. */
export function compileStep(form: StepForm, known: Omit<Names, 'given'>, report: Report): Step | undefined {
  const names = { ...known, given: new Set(conjuncts(form.when ?? '')) };
  const when = compileWhen(entryOf(form.node, 'when')?.value, names, report);
  const deadline = readTimeout(entryOf(form.node, 'timeout')?.value, report);
  const { type, args } = form;
  if (!type || !args) return undefined;
  const map = argsMap(args, type, report);
  if (!map) return undefined;
  return {
    kind: 'step',
    name: form.name,
    at: report.source.at(form.node.span.start),
    type,
    args: compileArgs(map, type, names, report),
    when,
    register: form.register,
    notify: form.notify.map((name) => name.text),
    deadline: deadline ?? type.deadline,
    loop: undefined,
    retry: undefined,
    ignoreErrors: false,
    become: undefined,
    runOnce: false,
    tags: [],
  };
}

/** `scan:` with nothing behind it is `scan: {}`. */
function argsMap(args: YamlEntry, type: AnyStepType, report: Report): YamlMap | undefined {
  const { value } = args;
  if (value.kind === 'map') return value;
  if (value.kind === 'scalar' && value.value === null) return { kind: 'map', entries: [], span: args.keySpan, size: 1 };
  const keys = Object.keys(Object(type.schema.properties));
  const todo = keys[0] === undefined ? `write ${type.name}: {}` : `write ${type.name}: { ${keys[0]}: … }`;
  report.error(value.span, `the arguments of ${type.name} must be a map`, todo);
  return undefined;
}

function compileWhen(node: YamlNode | undefined, names: Names, report: Report): Expression<boolean> | undefined {
  if (node?.kind !== 'scalar') return undefined;
  const { value } = node;
  if (typeof value === 'boolean')
    return { source: String(value), at: report.source.at(node.span.start), evaluate: () => value };
  if (typeof value !== 'string') return undefined;
  const compiled = compileTyped(node, 'bool', names, report);
  return (
    compiled && { source: compiled.source, at: compiled.at, evaluate: (scope) => compiled.evaluate(scope) === true }
  );
}

function readTimeout(node: YamlNode | undefined, report: Report): number | undefined {
  const value = node && toJson(node);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const seconds = parseDuration(value);
  if (seconds === undefined && node) {
    report.error(node.span, `'${value}' is no time`, 'write seconds, or for example 30s, 5m, 1h30m');
  }
  return seconds;
}

/** Reports notifications of handlers that do not exist. */
export function checkNotify(form: StepForm, handlers: readonly string[], report: Report): void {
  for (const name of form.notify) {
    if (handlers.includes(name.text)) continue;
    const todo = handlers.length === 0 ? "the play has no 'handlers'" : didYouMean(name.text, handlers);
    report.error(name.span, `no handler is named '${name.text}'`, todo);
  }
}
