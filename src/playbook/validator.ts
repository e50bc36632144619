import { Ajv, type ErrorObject, type Options } from 'ajv';
import type { Json, JsonObject } from '../core/json.ts';

export type SchemaError = ErrorObject;

/** Says whether a value fits, and fills in defaults, in place. */
export interface Validator {
  (value: Json): unknown;
  errors?: SchemaError[] | null;
}

/** A step type's own keywords: `x-program` (text that a shell runs), `x-type` (the CEL type of a `format: "cel"` string). */
export const ajvOptions: Options = {
  // The schemas are ours: checking them against the meta schema costs 40 ms a start; a test does it.
  meta: false,
  validateSchema: false,
  allErrors: true,
  useDefaults: true,
  verbose: true,
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  formats: { cel: true },
  keywords: ['x-program', 'x-type'],
};

const ajv = new Ajv(ajvOptions);

/** Compiled once per schema object. The build puts validators that are compiled already in the place of this file. */
export const validatorOf = (schema: JsonObject): Validator => ajv.compile(schema);
