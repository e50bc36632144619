import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { languageSchemas, STEP_KEYWORDS } from '../../src/playbook/keywords.ts';
import { stepTypes } from '../../src/steps/index.ts';

/** At run time they are taken as they are; here against the meta schema, unknown keywords included. */
const ajv = new Ajv({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  formats: { cel: true },
  keywords: ['x-program', 'x-type'],
});

const schemas: [string, JsonObject][] = [
  ...languageSchemas.map((schema, i): [string, JsonObject] => [`the language (${i})`, schema]),
  ...stepTypes.map((type): [string, JsonObject] => [type.name, type.schema]),
];

function* parts(value: Json): Generator<JsonObject> {
  if (Array.isArray(value)) for (const item of value) yield* parts(item);
  else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    yield value as JsonObject;
    for (const item of Object.values(value)) yield* parts(item);
  }
}

describe.each(schemas)('the schema of %s', (_, schema) => {
  test('is one', () => expect(() => ajv.compile(schema)).not.toThrow());

  test('uses only what expressions in arguments can be found by', () => {
    for (const part of parts(schema)) {
      expect(part).not.toHaveProperty('$ref');
      if (part.format === 'cel') expect(part).not.toHaveProperty('default');
    }
  });
});

test("no step type has the name of a step's key", () => {
  expect(
    stepTypes
      .map((type) => type.name)
      .filter((name) => [...STEP_KEYWORDS, 'block', 'rescue', 'always', 'include', 'inputs'].includes(name)),
  ).toEqual([]);
});
