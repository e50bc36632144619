import type { Json, JsonObject } from '../core/json.ts';
import type { Path } from './schema.ts';

/** Every part of a schema that describes the value at `path`, through properties, items and alternatives (no `$ref`). */
export function schemasAt(schema: JsonObject, path: Path): JsonObject[] {
  let schemas = withAlternatives(schema);
  for (const key of path) schemas = schemas.flatMap((s) => childSchemas(s, key)).flatMap(withAlternatives);
  return schemas;
}

function withAlternatives(schema: JsonObject): JsonObject[] {
  const choices = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => list(schema[keyword])).filter(isSchema);
  return [schema, ...choices.flatMap(withAlternatives)];
}

function childSchemas(schema: JsonObject, key: string | number): JsonObject[] {
  if (typeof key === 'number') return [schema.items].filter(isSchema);
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const own = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
  return [own].filter(isSchema);
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

export const isSchema = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
