import { readFile } from 'node:fs/promises';
import { inputError } from '../core/diagnostic.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { parseYaml } from '../core/yaml.ts';
import { toJson } from '../core/yaml-node.ts';

/** `-e`: `k=v` (a string), a JSON or YAML map, or `@file` with one. Later ones win. @throws InputError */
export async function extraVars(flags: readonly string[]): Promise<JsonObject> {
  const all = await Promise.all(flags.map(one));
  return Object.assign({}, ...all);
}

async function one(flag: string): Promise<JsonObject> {
  if (flag.startsWith('@')) return map(await read(flag.slice(1)), flag);
  if (/^\s*\{/.test(flag)) return map(Buffer.from(flag), '-e');
  const pair = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(flag);
  if (!pair)
    throw inputError(`-e ${flag}: this is no variable`, 'write -e name=value, -e \'{"name": 1}\' or -e @file.yaml');
  return { [pair[1] ?? '']: pair[2] ?? '' };
}

function map(bytes: Uint8Array, file: string): JsonObject {
  const value: Json = toJson(parseYaml(bytes, file).root);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw inputError(`${file}: variables must be a map`, 'write name: value lines');
}

const read = (file: string): Promise<Uint8Array> =>
  readFile(file).catch((error: Error) => {
    throw inputError(`-e @${file}: ${error.message}`);
  });
