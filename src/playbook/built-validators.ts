import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { JsonObject } from '../core/json.ts';
import { languageSchemas } from './keywords.ts';
import { ajvOptions } from './validator.ts';

/** The text of a module that does what validator.ts does, for these schemas and the language's own: compiling them costs 30 ms a start. */
export function builtValidators(schemas: readonly JsonObject[]): string {
  const all = [...languageSchemas, ...schemas];
  const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true } });
  const names = all.map((schema, i) => {
    ajv.addSchema(schema, `s${i}`);
    return [`s${i}`, `s${i}`] as const;
  });
  const code = standalone.default(ajv, Object.fromEntries(names));
  const table = all.map((schema, i) => `[${JSON.stringify(JSON.stringify(schema))}, s${i}]`);
  return `${code}
const built = new Map([${table.join(',\n')}]);
const others = new WeakMap();
let ajv;
// A plugin's: only then is the compiler loaded.
function compiled(schema) {
  const { Ajv } = require('ajv');
  ajv ??= new Ajv(${JSON.stringify(ajvOptions)});
  others.set(schema, ajv.compile(schema));
  return others.get(schema);
}
export const validatorOf = (schema) => built.get(JSON.stringify(schema)) ?? others.get(schema) ?? compiled(schema);`;
}
