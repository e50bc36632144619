import { InputError, inputError } from '../core/diagnostic.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { parseYaml } from '../core/yaml.ts';
import { mapToJson } from '../core/yaml-node.ts';
import { readLocal } from '../local/read-file.ts';
import type { Confine } from '../local/roots.ts';
import { nameProblem } from './name-problem.ts';

/**
 * Extra variables as Ansible takes them with -e: `k=v k2='v 2'` (strings), a YAML or JSON map, or `@file` of one.
 * Later ones win. @param confine which files are read; left out: all @throws InputError
 */
export async function parseExtraVars(options: readonly string[], confine?: Confine): Promise<JsonObject> {
  const vars = new Map<string, Json>();
  for (const option of options) {
    for (const [name, value] of Object.entries(await oneOption(option, confine))) {
      const problem = nameProblem(name);
      if (problem) throw inputError(`-e ${option}: ${problem}`);
      vars.set(name, value);
    }
  }
  return Object.fromEntries(vars);
}

async function oneOption(option: string, confine: Confine | undefined): Promise<JsonObject> {
  const text = option.trim();
  if (text.startsWith('@')) return mapOf(await readVars(text.slice(1), confine), text.slice(1));
  if (text.startsWith('{') || text === '') return mapOf(new TextEncoder().encode(text), '-e');
  return assignments(text);
}

function mapOf(bytes: Uint8Array, file: string): JsonObject {
  const { source, root } = parseYaml(bytes, file);
  if (root.kind === 'map') return mapToJson(root);
  throw new InputError([source.finding(root.span, 'extra variables must be a map', { todo: 'write name: value' })]);
}

const ASSIGNMENT = /([^\s=]+)=((?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])*)(?:\s+|$)/y;

function assignments(text: string): JsonObject {
  const pairs: [string, string][] = [];
  ASSIGNMENT.lastIndex = 0;
  for (let at = 0; at < text.length; at = ASSIGNMENT.lastIndex) {
    const [, name, value] = ASSIGNMENT.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw inputError(`-e ${text}: '${text.slice(at)}' is not name=value`, "write -e 'name=value'");
    pairs.push([name, unquoted(value)]);
  }
  return Object.fromEntries(pairs);
}

const unquoted = (value: string): string =>
  value.replace(
    /"((?:\\.|[^"\\])*)"?|'([^']*)'?/g,
    (_, double?: string, single?: string) => double?.replace(/\\(["\\])/g, '$1') ?? single ?? '',
  );

async function readVars(file: string, confine: Confine | undefined): Promise<Uint8Array> {
  const outside = confine?.(file);
  if (outside !== undefined) throw inputError(`can't read the extra variables ${file}: ${outside}`);
  try {
    return await readLocal(file);
  } catch (cause) {
    throw inputError(
      `can't read the extra variables ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}
