import type { Json, JsonObject } from '../src/core/json.ts';
import type { AnyStepType } from '../src/core/step-type.ts';
import { blockSchema, includedFileSchema, includeSchema, playSchema, stepSchema } from '../src/playbook/keywords.ts';

export const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** What an editor checks and completes a playbook by: the language's own schemas with those of the step types in them. */
export function playbookSchema(types: readonly AnyStepType[]): JsonObject {
  return {
    $schema: DRAFT,
    title: 'unwedge playbook',
    type: 'array',
    minItems: 1,
    items: withSteps(playSchema),
    definitions: definitions(types),
  };
}

/** The same for a file of steps that playbooks include. */
export function stepsSchema(types: readonly AnyStepType[]): JsonObject {
  return {
    $schema: DRAFT,
    title: 'unwedge steps file',
    anyOf: [{ type: 'array', minItems: 1, items: TASK }, withSteps(includedFileSchema)],
    definitions: definitions(types),
  };
}

const TASK: JsonObject = { $ref: '#/definitions/task' };
const STEP: JsonObject = { $ref: '#/definitions/step' };
const ITEMS: JsonObject = { steps: TASK, block: TASK, rescue: TASK, always: TASK, health: TASK, handlers: STEP };

function definitions(types: readonly AnyStepType[]): JsonObject {
  return { task: task(), step: step(types), block: withSteps(blockSchema), include: withSteps(includeSchema) };
}

/** By the key that tells which it is, so that an editor blames what is wrong and not that none of three forms fits. */
const task = (): JsonObject => ({
  type: 'object',
  if: { required: ['include'] },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
  then: { $ref: '#/definitions/include' },
  else: {
    if: { anyOf: ['block', 'rescue', 'always'].map((key) => ({ required: [key] })) },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
    then: { $ref: '#/definitions/block' },
    else: STEP,
  },
});

function step(types: readonly AnyStepType[]): JsonObject {
  const own = Object(withSteps(stepSchema).properties);
  const args = types.map(({ name, description, schema }) => [name, argsSchema(schema, description)] as const);
  return {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: { ...own, ...Object.fromEntries(args), ...begun() },
    oneOf: types.map(({ name }) => ({ required: [name] })),
  };
}

/** Offered where a step begins; as soon as one is written, it is no step any more. */
const begun = (): JsonObject => ({
  ...pick(blockSchema, ['block']),
  ...pick(includeSchema, ['include']),
});

const pick = ({ properties }: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.map((key) => [key, Object(properties)[key]]));

/** A step type's arguments; `scan:` with nothing behind it is `scan: {}`. */
function argsSchema(schema: JsonObject, description: string): JsonObject {
  const needsNone = !Array.isArray(schema.required) || schema.required.length === 0;
  return { ...open(schema, false), type: needsNone ? ['object', 'null'] : 'object', description };
}

/** Where a text may be an expression in `{{ }}`, any value may: what it gives is checked by lint and on the host. */
const TEMPLATE: JsonObject = { type: 'string', pattern: '\\{\\{' };

/** The schema without the keywords of ours, templates allowed for each value in it. */
function open(schema: JsonObject, mayBeTemplate = true): JsonObject {
  const { 'x-program': isProgram, 'x-type': _, format, ...plain } = schema;
  const inner = Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, openPart(key, value)]));
  if (!mayBeTemplate || isProgram === true || format === 'cel' || takesAnyText(inner)) return inner;
  const { description, default: fallback, examples, ...value } = inner;
  return { ...defined({ description, default: fallback, examples }), anyOf: [value, TEMPLATE] };
}

function openPart(key: string, value: Json): Json {
  if (key === 'items' || key === 'additionalProperties') return isSchema(value) ? open(value) : value;
  if (key === 'anyOf' || key === 'oneOf')
    return Array.isArray(value) ? value.map((one: Json) => (isSchema(one) ? open(one, false) : one)) : value;
  if (key !== 'properties' || !isSchema(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isSchema(one) ? open(one) : one]));
}

const takesAnyText = ({ type, pattern, enum: values, anyOf, ...rest }: JsonObject): boolean =>
  (type === undefined && values === undefined && anyOf === undefined && rest.oneOf === undefined) ||
  ([type].flat().includes('string') && pattern === undefined && values === undefined && anyOf === undefined);

const defined = (parts: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(parts).filter((part): part is [string, Json] => part[1] !== undefined));

/** What stands in its lists of steps. */
function withSteps(schema: JsonObject): JsonObject {
  const properties = Object.entries(Object(schema.properties) as JsonObject).map(([key, value]) => {
    if (!isSchema(value)) return [key, value];
    const within = isSchema(value.properties) ? withSteps(value) : value;
    const items = [value.type].flat().includes('array') ? ITEMS[key] : undefined;
    return [key, items === undefined ? within : { ...within, items }];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

const isSchema = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
