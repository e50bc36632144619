import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Json } from '../core/json.ts';
import type { Secret } from '../core/secret.ts';
import { locationOf, type Place } from './variable.ts';

/** A value to be had elsewhere, as people write it. */
type Taken =
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'command'; readonly argv: readonly string[] };

/**
 * `{from: env, name: …}`, `{from: file, path: …}` or `{from: command, argv: […]}`, and nothing beside: any other map is
 * a value like any other (a firewall rule may have a `from`, too).
 */
export function isTaken(json: Json): json is Taken {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || Object.keys(json).length !== 2) return false;
  const { from, name, path, argv } = json as { readonly [key: string]: Json };
  if (from === 'env') return isText(name);
  if (from === 'file') return isText(path);
  return from === 'command' && Array.isArray(argv) && argv.length > 0 && argv.every(isText);
}

/** @param place where it is written; a file's path is relative to that file. */
export function takenSecret(taken: Taken, place: Place): Secret {
  const at = locationOf(place);
  if (taken.from !== 'file') return { ...taken, at };
  const path = taken.path.replace(/^~(?=\/|$)/, homedir());
  return { from: 'file', path: resolve(dirname(place.source.file), path), at };
}

const isText = (json: Json | undefined): json is string =>
  typeof json === 'string' && json !== '' && !json.includes('\0');
