import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from './json.ts';
import { type JsonMember, type JsonNode, type JsonObjectNode, parseJsonText } from './json-text.ts';

type Path = readonly string[];

/**
 * A JSON text with a patch merged into its object as RFC 7396 says: objects by their keys, null takes a key out, all else
 * replaces. What the patch does not name stays byte for byte. An empty text counts as an empty object.
 * @throws JsonSyntaxError where the text is not JSON; TypeError where it is no object.
 */
export function mergedText(text: string, patch: JsonObject): string {
  const merged = merge(text.trim() === '' ? '{}\n' : text, [], patch);
  return text.trim() === '' && merged === '{}\n' ? text : merged;
}

function merge(text: string, path: Path, patch: JsonObject): string {
  return Object.entries(patch).reduce((now, [key, value]) => withMember(now, path, key, value), text);
}

function withMember(text: string, path: Path, key: string, value: Json): string {
  const object = objectAt(text, path);
  const old = member(object, key);
  if (value === null) return old ? withMember(without(text, object, old), path, key, null) : text;
  if (isObject(value) && old?.value.kind === 'object') return merge(text, [...path, key], value);
  const next = withoutNulls(value);
  if (!old) return inserted(text, object, key, next);
  const { start, end } = old.value;
  if (isDeepStrictEqual(JSON.parse(text.slice(start, end)), next)) return text;
  return text.slice(0, start) + written(text, next, indentAt(text, old.start)) + text.slice(end);
}

function objectAt(text: string, path: Path): JsonObjectNode {
  const at = (node: JsonNode | undefined): JsonObjectNode => {
    if (node?.kind !== 'object') throw new TypeError('not a JSON object');
    return node;
  };
  return path.reduce((object, key) => at(member(object, key)?.value), at(parseJsonText(text)));
}

const member = (object: JsonObjectNode, key: string): JsonMember | undefined =>
  object.members.findLast((one) => one.key === key);

function without(text: string, object: JsonObjectNode, old: JsonMember): string {
  const i = object.members.indexOf(old);
  const [before, after] = [object.members[i - 1], object.members[i + 1]];
  if (before) return text.slice(0, before.value.end) + text.slice(old.value.end);
  if (after) return text.slice(0, old.start) + text.slice(after.start);
  return `${text.slice(0, object.start)}{}${text.slice(object.end)}`;
}

/** Behind the last member, set as the others are. */
function inserted(text: string, object: JsonObjectNode, key: string, value: Json): string {
  const [first, second] = object.members;
  const last = object.members.at(-1);
  if (!first || !last) {
    const filled = written(text, { [key]: value }, indentAt(text, object.start));
    return text.slice(0, object.start) + filled + text.slice(object.end);
  }
  const lead = text.slice(object.start + 1, first.start);
  const between = second ? text.slice(first.value.end, second.start) : `,${lead.includes('\n') ? lead : ' '}`;
  const colon = colonIn(text.slice(first.start, first.value.start));
  const entry = `${between}${JSON.stringify(key)}${colon}${written(text, value, indentAt(text, first.start))}`;
  return text.slice(0, last.value.end) + entry + text.slice(last.value.end);
}

/** With the blanks around it, of a key and what stands between it and its value. */
function colonIn(lead: string): string {
  const at = lead.lastIndexOf(':');
  const colon = lead.slice(lead.slice(0, at).trimEnd().length);
  return /[\r\n]/.test(colon) ? ': ' : colon;
}

/** On lines of their own where the text has its members so; `indent`: of the line on which it begins. */
function written(text: string, value: Json, indent: string): string {
  const root = objectAt(text, []);
  const lead = root.members[0] ? text.slice(root.start + 1, root.members[0].start) : '\n  ';
  if (!lead.includes('\n')) return JSON.stringify(value);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return JSON.stringify(value, null, lead.slice(lead.lastIndexOf('\n') + 1)).replaceAll('\n', newline + indent);
}

/** The blanks at the beginning of the line. */
const indentAt = (text: string, at: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))?.[0] ?? '';

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a new object takes of a patch. */
function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutNulls(one)]));
}
