import type { Json, JsonObject } from '../core/json.ts';
import { MASK, type PlacedSecret, type Secret, SHORTEST_SECRET } from '../core/secret.ts';
import { entryOf, toJson, type YamlNode } from '../core/yaml-node.ts';
import { type Reading, refuse } from './findings.ts';
import { isTaken, takenSecret } from './secret-source.ts';
import { locationOf, type Place, type Value } from './variable.ts';
import { isVault } from './vault.ts';

/** Tags of an inventory's values: ours, and Ansible's. */
export const VALUE_TAGS = ['!secret', '!unsafe', '!vault', '!vault-encrypted'] as const;

export const VAULT_TODO =
  'have it taken from where it is kept: {from: env, name: NAME}, {from: file, path: FILE} or {from: command, argv: [PROGRAM, …]}';

const SECRET_TODO =
  'write !secret before a text, or before {from: env, name: NAME}, {from: file, path: FILE} or {from: command, argv: [PROGRAM, …]}';

const NO_SECRETS: readonly PlacedSecret[] = [];
/** Secrets as they are found, with the way to each. */
interface Found {
  readonly secrets: PlacedSecret[];
  readonly path: readonly string[];
}

/** The value of a variable in a YAML file; its secrets are taken out of it. */
export function yamlValue(node: YamlNode, reading: Reading): Value {
  if (node.kind === 'scalar' && node.tag === undefined) return { json: node.value, secrets: NO_SECRETS };
  const found = { secrets: [], path: [] };
  return { json: yamlJson(node, found, reading), secrets: found.secrets };
}

/** Every text of a file that was encrypted as a whole is a secret; what is too short to be one, or no text, is none. */
export function sealedValue({ json, secrets }: Value, place: Place): Value {
  const found: Found = { secrets: [...secrets], path: [] };
  return { json: sealed(json, found, place), secrets: found.secrets };
}

function sealed(json: Json, found: Found, place: Place): Json {
  if (typeof json === 'string')
    return json.length < SHORTEST_SECRET || json === MASK
      ? json
      : masked({ from: 'text', text: () => json, at: locationOf(place) }, found);
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item: Json, i) => sealed(item, below(found, String(i)), place));
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, sealed(value, below(found, key), place)]));
}

/** What a program printed: marks of Ansible's for a text that is no template, and for one that its vault has encrypted, are resolved. */
export function programValue(json: Json, place: Place): Value {
  return jsonValue(withoutUnsafe(json), place);
}

/** As Ansible's own reader of a program's answer, which looks for nothing but the key. */
function withoutUnsafe(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(withoutUnsafe);
  if (Object.hasOwn(json, UNSAFE)) return (json as JsonObject)[UNSAFE] ?? null;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withoutUnsafe(value)]));
}

const UNSAFE = '__ansible_unsafe';
const VAULTED = '__ansible_vault';

/** A value that is JSON already, from an INI file or a program. */
export function jsonValue(json: Json, place: Place): Value {
  if (typeof json !== 'object' || json === null) return { json, secrets: NO_SECRETS };
  const found = { secrets: [], path: [] };
  return { json: maskedJson(json, found, place), secrets: found.secrets };
}

function yamlJson(node: YamlNode, found: Found, reading: Reading): Json {
  if (node.tag?.startsWith('!vault')) {
    if (node.kind === 'scalar' && isVault(node.text))
      return masked(
        { from: 'vault', text: node.text, at: reading.source.at((node.tagSpan ?? node.span).start) },
        found,
      );
    refuse(reading, node.tagSpan ?? node.span, "this is no text of Ansible's vault", VAULT_TODO);
    return null;
  }
  const place = { source: reading.source, start: (node.tagSpan ?? node.span).start };
  if (node.tag === '!secret') return marked(node, place, found, reading);
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map((item, i) => yamlJson(item, below(found, String(i)), reading));
  if (entryOf(node, 'from')) {
    const json = toJson(node);
    if (isTaken(json)) return masked(takenSecret(json, place), found);
  }
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, yamlJson(value, below(found, key), reading)]));
}

function marked(node: YamlNode, place: Place, found: Found, reading: Reading): Json {
  const json = toJson(node);
  if (typeof json === 'string' && json !== '')
    return masked({ from: 'text', text: () => json, at: locationOf(place) }, found);
  if (isTaken(json)) return masked(takenSecret(json, place), found);
  refuse(reading, node.tagSpan ?? node.span, 'a secret is a text, or says where one is to be had', SECRET_TODO);
  return null;
}

function maskedJson(json: Json, found: Found, place: Place): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item: Json, i) => maskedJson(item, below(found, String(i)), place));
  if (isTaken(json)) return masked(takenSecret(json, place), found);
  const vault = Object.hasOwn(json, VAULTED) ? (json as JsonObject)[VAULTED] : undefined;
  if (typeof vault === 'string') return masked({ from: 'vault', text: vault, at: locationOf(place) }, found);
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, maskedJson(value, below(found, key), place)]),
  );
}

function masked(secret: Secret, { secrets, path }: Found): string {
  secrets.push({ path, secret });
  return MASK;
}

const below = ({ secrets, path }: Found, key: string): Found => ({ secrets, path: [...path, key] });
