import type { Json, JsonObject } from './json.ts';
import type { Span } from './source-text.ts';

/** A parsed node and its place. Aliases share the node they name, so a document is no larger than its text. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

interface Placed {
  readonly span: Span;
  /** How many nodes it would be with every alias written out; a long text counts as several. */
  readonly size: number;
  /** One of the tags that the reader asked for, and where it stands. */
  readonly tag?: string;
  readonly tagSpan?: Span;
}

export interface YamlScalar extends Placed {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** As written, without quotes. */
  readonly text: string;
  /** Offset of the text in the file, where the file holds it character by character. */
  readonly textStart: number | undefined;
}

export interface YamlList extends Placed {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface YamlMap extends Placed {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: YamlNode;
}

/** The entry of a map under `key`. */
export const entryOf = (node: YamlNode | undefined, key: string): YamlEntry | undefined =>
  node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;

/** The plain value. A key named `__proto__` is an own property like any other. */
export function toJson(node: YamlNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  return mapToJson(node);
}

export const mapToJson = (node: YamlMap): JsonObject =>
  Object.fromEntries(node.entries.map((entry) => [entry.key, toJson(entry.value)]));
