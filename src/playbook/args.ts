import type { Scope } from '../core/expression.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { type AnyStepType, StepError } from '../core/step-type.ts';
import { toJson, type YamlMap, type YamlNode, type YamlScalar } from '../core/yaml-node.ts';
import { typeWords } from './cel-value.ts';
import { type Compiled, compileExpression, failure } from './expression.ts';
import type { Names } from './names.ts';
import { type Report, TextPlace } from './place.ts';
import { type Path, pointerPath, reportSchemaErrors, type SchemaError, validate } from './schema.ts';
import { schemaMessage } from './schema-message.ts';
import { schemasAt } from './schema-walk.ts';
import { compileTemplate, programFinding } from './string-template.ts';

/** A place in the arguments whose value is known on a host only. */
interface Slot {
  readonly path: Path;
  /** `template`: checked against the schema on the host; `condition`: a `format: "cel"` property, which becomes its value. */
  readonly kind: 'template' | 'condition';
  readonly evaluate: (scope: Scope) => Json;
}

export type ArgsOf = (scope: Scope) => unknown;

/** Checks a step's arguments and compiles their expressions. Errors are reported. */
export function compileArgs(node: YamlMap, type: AnyStepType, names: Names, report: Report): ArgsOf {
  const slots: Slot[] = [];
  collectSlots(node, type.schema, [], names, report, slots);
  const literal = toJson(node);
  const errors = validate(type.schema, literal).filter((error) => !knownLater(error, slots));
  reportSchemaErrors(errors, node, report, type.name);
  if (slots.length === 0) return () => literal;
  const written = toJson(node);
  return (scope) => evaluateArgs(written, type, slots, scope);
}

/** A value with templates in it that is no step's: a loop's list, an include's input. */
export interface CompiledValue {
  /** As it is written, where it holds no template. */
  readonly value: Json | undefined;
  /** @throws StepError */
  readonly evaluate: (scope: Scope) => Json;
}

/** Compiles the templates in a value. `schema` says no more than of which types they must be. Errors are reported. */
export function compileValue(node: YamlNode, schema: JsonObject, names: Names, report: Report): CompiledValue {
  const slots: Slot[] = [];
  collectSlots(node, schema, [], names, report, slots);
  const written = toJson(node);
  const [whole] = slots;
  if (whole === undefined) return { value: written, evaluate: () => written };
  if (whole.path.length === 0) return { value: undefined, evaluate: whole.evaluate };
  return { value: undefined, evaluate: (scope) => filledIn(written, slots, scope) };
}

function filledIn(written: Json, slots: readonly Slot[], scope: Scope): Json {
  const value = structuredClone(written);
  for (const slot of slots) if (slot.kind === 'template') setAt(value, slot.path, slot.evaluate(scope));
  return value;
}

function evaluateArgs(written: Json, type: AnyStepType, slots: readonly Slot[], scope: Scope): Json {
  const args = filledIn(written, slots, scope);
  const [error] = validate(type.schema, args);
  if (error) throw new StepError(schemaMessage(error, [type.name, ...pointerPath(error.instancePath)]).message);
  for (const slot of slots) if (slot.kind === 'condition') setAt(args, slot.path, slot.evaluate(scope));
  return args;
}

/** What a template stands for is checked on the host; so are alternatives that hold one. */
function knownLater(error: SchemaError, slots: readonly Slot[]): boolean {
  const path = pointerPath(error.instancePath);
  const choice = error.keyword === 'anyOf' || error.keyword === 'oneOf';
  return slots.some(({ path: at, kind }) => {
    if (kind !== 'template') return false;
    const covers = path.every((key, i) => String(at[i]) === key);
    return covers && (path.length === at.length || choice);
  });
}

function collectSlots(
  node: YamlNode,
  schema: JsonObject,
  path: Path,
  names: Names,
  report: Report,
  slots: Slot[],
): void {
  if (node.kind === 'list') {
    for (const [i, item] of node.items.entries()) collectSlots(item, schema, [...path, i], names, report, slots);
  } else if (node.kind === 'map') {
    for (const { key, value } of node.entries) collectSlots(value, schema, [...path, key], names, report, slots);
  } else if (typeof node.value === 'string') {
    const evaluate = stringSlot(node, schemasAt(schema, path), names, report);
    if (evaluate) slots.push({ path, ...evaluate });
  }
}

function stringSlot(
  node: YamlScalar,
  schemas: readonly JsonObject[],
  names: Names,
  report: Report,
): Omit<Slot, 'path'> | undefined {
  const text = String(node.value);
  const cel = schemas.find((schema) => schema.format === 'cel');
  if (cel) return conditionSlot(node, typeof cel['x-type'] === 'string' ? cel['x-type'] : 'bool', names, report);
  if (!text.includes('{{')) return undefined;
  if (schemas.some((schema) => schema['x-program'] === true)) {
    const finding = programFinding(text);
    if (finding) new TextPlace(report, node).report(finding);
    return undefined;
  }
  return { kind: 'template', evaluate: compileTemplate(node, schemas, names, report) ?? unusable };
}

function conditionSlot(node: YamlScalar, type: string, names: Names, report: Report): Omit<Slot, 'path'> {
  const condition = compileTyped(node, type, names, report);
  return { kind: 'condition', evaluate: condition ? (scope) => condition.evaluate(scope) : unusable };
}

/** Its error is reported; a playbook with errors is never run. */
const unusable = (): never => {
  throw new StepError('this expression has an error');
};

/** An expression that must give one type, now or (where only the host knows) at run time. */
export function compileTyped(node: YamlScalar, wanted: string, names: Names, report: Report): Compiled | undefined {
  const text = String(node.value);
  const place = new TextPlace(report, node);
  const compiled = compileExpression(text, place, names);
  if (!compiled || wanted === 'dyn' || compiled.type === wanted) return compiled;
  const words = typeWords(wanted);
  if (compiled.type !== 'dyn') {
    const todo = wanted === 'bool' && compiled.type === 'int' ? 'compare it with a number, for example > 0' : undefined;
    place.report({
      rule: 'expression-type',
      message: `this must be ${words}, but it is ${typeWords(compiled.type)}`,
      todo,
      end: text.length,
    });
    return undefined;
  }
  return {
    ...compiled,
    evaluate: (scope) =>
      checkedAtRun(compiled.evaluate(scope), wanted, () => failure(text, place, `this must be ${words}`)),
  };
}

function checkedAtRun(value: Json, wanted: string, error: () => StepError): Json {
  const type = typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'int' : typeof value;
  if (type !== wanted) throw error();
  return value;
}

/** Creates own properties only, so that a key named `__proto__` is one like any other. */
function setAt(root: Json, path: Path, value: Json): void {
  let holder: unknown = root;
  for (const key of path.slice(0, -1)) holder = Reflect.get(Object(holder), key);
  Object.defineProperty(Object(holder), path[path.length - 1] ?? '', {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
