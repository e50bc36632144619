import type { SourceLocation } from './diagnostic.ts';
import type { Json, JsonObject } from './json.ts';

/** Where in a host's variables a secret belongs: the variable's name, then keys and indexes inside its value. */
export interface PlacedSecret {
  readonly path: readonly string[];
  readonly secret: Secret;
}

/** A value that nobody may see, and where it is to be had. `at`: where that is written. A text is given by a function: no JSON shows it. */
export type Secret = { readonly at: SourceLocation } /** A function, so that no JSON of an inventory shows it. */ & (
  | { readonly from: 'text'; readonly text: () => string }
  | { readonly from: 'env'; readonly name: string }
  /** `path` is absolute. */
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'command'; readonly argv: readonly string[] }
  /** As Ansible's vault has encrypted it. */
  | { readonly from: 'vault'; readonly text: string }
);

/** What stands in a secret's place wherever it is shown. */
export const MASK = '***';

/** Characters. A shorter value would turn every text into stars, and hide nothing. */
export const SHORTEST_SECRET = 4;

/** The same variables with a value at each path. A path that leads nowhere is left out. */
export function withValues(
  vars: JsonObject,
  values: readonly { readonly path: readonly string[]; readonly value: string }[],
): JsonObject {
  let all = vars;
  for (const { path, value } of values) all = { ...all, ...at(all, path, value) };
  return all;
}

function at(vars: JsonObject, [name = '', ...rest]: readonly string[], value: string): JsonObject {
  return Object.hasOwn(vars, name) ? { [name]: inside(vars[name] ?? null, rest, value) } : {};
}

function inside(node: Json, path: readonly string[], value: string): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(node)) return node.map((item: Json, i) => (String(i) === key ? inside(item, rest, value) : item));
  return typeof node === 'object' && node !== null ? { ...node, ...at(node as JsonObject, path, value) } : node;
}
