import type { Json, JsonObject } from './json.ts';
import { type AnyStepType, isStepType, type OutputType } from './step-type.ts';

/** What is wrong with a step type's own form, in words; none: a playbook can use it. Total: whatever the value is. */
export function definitionFaults(value: unknown): readonly string[] {
  if (!isStepType(value)) return ['it is not made by defineStep'];
  const type = value;
  const isText = (text: unknown, pattern: RegExp) => typeof text === 'string' && pattern.test(text);
  return [
    ...fault(isText(type.name, NAME), "name: it is a key in YAML: lower case letters, digits and '_'"),
    ...fault(
      isText(type.description, /^[A-Z`][^\n]{10,300}\.$/),
      'description: it is one sentence, with a capital letter and a full stop',
    ),
    ...fault(Number.isFinite(type.deadline) && type.deadline > 0, 'deadline: it is in seconds, above 0'),
    ...['probe', 'plan', 'apply'].flatMap((part) =>
      fault(typeof Reflect.get(type, part) === 'function', `${part}: it is a function`),
    ),
    ...schemaFaults(type.schema),
    ...outputFaults(type.output),
    ...undoFaults(type.undo),
  ];
}

const NAME = /^[a-z][a-z0-9_]*$/;
const fault = (isRight: boolean, text: string): string[] => (isRight ? [] : [text]);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function schemaFaults(schema: unknown): string[] {
  if (!isObject(schema)) return ['schema: it is a JSON Schema'];
  const properties = Object.entries(isObject(schema.properties) ? schema.properties : {});
  return [
    ...fault(schema.type === 'object' && schema.additionalProperties === false, CLOSED),
    ...properties.flatMap(([name, property]) =>
      fault(isObject(property) && /\S \S/.test(String(property.description)), `schema: ${name} has no description`),
    ),
  ];
}

const CLOSED = "schema: it has type: 'object' and additionalProperties: false, so that misspelt arguments are found";

function outputFaults(output: unknown): string[] {
  if (!isObject(output)) return ['output: it gives names and types; {} where there are none'];
  return Object.entries(output).flatMap(([name, kind]) => [
    ...fault(NAME.test(name) && name !== 'changed' && name !== 'failed', `output: '${name}' can't be a field`),
    ...fault(Object.hasOwn(IS_OF_TYPE, String(kind)), `output: ${name} has an unknown type '${kind}'`),
  ]);
}

function undoFaults(undo: AnyStepType['undo'] | undefined): string[] {
  switch (undo?.kind) {
    case 'irreversible':
      return fault(/\S{3}/.test(String(undo.reason)), 'undo: it says why there is none');
    case 'reverse':
    case 'repeat':
      return fault(typeof undo.call === 'function', 'undo: call is a function');
    default:
      return ["undo: its kind is 'reverse', 'repeat' or 'irreversible'"];
  }
}

/** Whether a value that `register` keeps is what `output` says. */
export const isOfType = (value: Json, kind: OutputType): boolean => IS_OF_TYPE[kind](value);

const IS_OF_TYPE: Readonly<Record<OutputType, (value: Json) => boolean>> = {
  bool: (value) => typeof value === 'boolean',
  int: (value) => Number.isSafeInteger(value),
  string: (value) => typeof value === 'string',
  'list<string>': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  'list<dyn>': Array.isArray,
  dyn: () => true,
};
