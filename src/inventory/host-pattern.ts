import { isIPv6 } from 'node:net';
import { bounded, TookTooLong } from '../core/bounded.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import type { Host, Inventory } from '../core/inventory.ts';
import { SourceText } from '../core/source-text.ts';
import { didYouMean } from '../core/suggestion.ts';

type Term = { readonly sign: '' | '&' | '!'; readonly text: string };

/**
 * The hosts that a pattern selects, in the pattern's order. Ansible's meaning: unions first, then every `&`, then every `!`.
 * @throws InputError for an unknown name, an empty pattern, or where nothing matches: never "all" by mistake.
 */
export function matchHosts(pattern: string, inventory: Inventory): Host[] {
  const terms = splitPattern(pattern).map(term);
  if (terms.length === 0) throw inputError(`the host pattern '${pattern}' is empty`, "write 'all' for every host");
  const unions = terms.filter((term) => term.sign === '');
  const chosen = new Set(
    unions.length === 0 ? allHosts(inventory) : unions.flatMap((term) => matchTerm(term, inventory)),
  );
  for (const term of terms.filter((t) => t.sign === '&')) keep(chosen, new Set(matchTerm(term, inventory)), true);
  for (const term of terms.filter((t) => t.sign === '!')) keep(chosen, new Set(matchTerm(term, inventory)), false);
  if (chosen.size === 0) throw nobody(pattern, inventory);
  const byName = new Map(inventory.hosts.map((host) => [host.name, host]));
  return [...chosen].map((name) => byName.get(name)).filter((host) => host !== undefined);
}

/** As `all[0]` counts them. */
const allHosts = ({ groups }: Inventory): readonly string[] => groups.get('all') ?? [];

function nobody(pattern: string, { hosts, groups }: Inventory): InputError {
  if (hosts.length === 0)
    return inputError(
      'the inventory has no hosts',
      'write them into it: all: { hosts: { web-1: , web-2: } }; unwedge inventory -i FILE shows what is read',
    );
  const todo = `groups: ${[...groups.keys()].slice(0, 12).join(', ')}`;
  return inputError(groups.has(pattern) ? `the group '${pattern}' has no hosts` : `no host matches '${pattern}'`, todo);
}

/** The hosts of a play under a limit (`-l`); none where the two do not meet. @throws InputError as matchHosts. */
export function selectHosts(pattern: string, limit: string | undefined, inventory: Inventory): Host[] {
  const hosts = matchHosts(pattern, inventory);
  if (limit === undefined) return hosts;
  const limited = new Set(limitedHosts(limit, inventory).map((host) => host.name));
  return hosts.filter((host) => limited.has(host.name));
}

/** An error in the limit is shown there, not where a play names its hosts. */
function limitedHosts(limit: string, inventory: Inventory): Host[] {
  try {
    return matchHosts(limit, inventory);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const source = new SourceText('--limit', limit);
    const whole = { start: 0, end: limit.length };
    throw new InputError(error.diagnostics.map(({ message, todo }) => source.finding(whole, message, { todo })));
  }
}

function keep(chosen: Set<string>, named: ReadonlySet<string>, inside: boolean): void {
  for (const name of chosen) if (named.has(name) !== inside) chosen.delete(name);
}

/** Commas separate; without one, colons do, except in brackets, in a regular expression and in an IPv6 address. */
export function splitPattern(pattern: string): string[] {
  const parts = pattern.includes(',') ? pattern.split(',') : splitColons(pattern.trim());
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function splitColons(pattern: string): string[] {
  if (pattern.startsWith('~') || isIPv6(pattern)) return [pattern];
  return pattern.match(/(?:[^:[\]]|\[[^\][]*\]|[[\]])+/g) ?? [];
}

function term(part: string): Term {
  const sign = part.startsWith('&') ? '&' : part.startsWith('!') ? '!' : '';
  const text = part.slice(sign.length).trim();
  if (text === '')
    throw inputError(`the host pattern '${part}' names nothing`, `write a group or a host behind ${sign}`);
  return { sign, text };
}

function matchTerm({ text }: Term, inventory: Inventory): string[] {
  if (text.startsWith('@')) throw inputError(`a file of hosts (${text}) belongs into a limit`, `write -l ${text}`);
  if (text.startsWith('~')) return byRegExp(regExp(text.slice(1), text), text, inventory);
  const subscript = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*)|:(\d+))\]$/.exec(text);
  if (!subscript) return byName(text, inventory);
  const [, base = '', index, first, last = '', only] = subscript;
  // To Ansible [:2] is a glob of two characters, against its manual.
  if (only !== undefined) throw inputError(`'${text}': a range needs its first number`, `write ${base}[0:${only}]`);
  const hosts = byName(base, inventory);
  if (index !== undefined) return pick(hosts, Number(index), text);
  // Ansible's ends are inclusive.
  return hosts.slice(Number(first), last === '' ? undefined : Number(last) + 1);
}

function pick(hosts: readonly string[], index: number, text: string): string[] {
  const host = hosts.at(index);
  if (host === undefined) throw inputError(`'${text}': there are only ${hosts.length} hosts`, 'the first one is [0]');
  return [host];
}

function byName(text: string, inventory: Inventory): string[] {
  if (text === 'all' || text === '*') return [...allHosts(inventory)];
  if (/[*?[]/.test(text)) return byRegExp(globRegExp(text), text, inventory);
  const group = inventory.groups.get(text);
  if (group) return [...group];
  if (inventory.hosts.some((host) => host.name === text)) return [text];
  const known = [...inventory.groups.keys(), ...inventory.hosts.map((host) => host.name)];
  throw inputError(`no host or group is named '${text}'`, didYouMean(text, known));
}

/** A glob or regular expression looks at groups and at hosts. */
function byRegExp(expression: RegExp, text: string, inventory: Inventory): string[] {
  const named = inventory.hosts.map(({ name }) => [name, [name]] as const);
  try {
    const found = bounded(() => [...inventory.groups, ...named].filter(([name]) => expression.test(name)));
    return [...new Set(found.flatMap(([, hosts]) => hosts))];
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    throw inputError(`'${text}': to match this against all names takes too long`, 'write a simpler pattern');
  }
}

function regExp(source: string, text: string): RegExp {
  try {
    return new RegExp(`^(?:${source})`, 'u');
  } catch (cause) {
    throw inputError(`'${text}' is no regular expression: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** fnmatch: `*`, `?`, `[abc]`, `[a-f]`, `[!abc]`; a bracket that is never closed is a character like any other. */
function globRegExp(glob: string): RegExp {
  let source = '';
  const lastClose = glob.lastIndexOf(']');
  for (let i = 0; i < glob.length; ) {
    const negated = glob.startsWith('[!', i);
    const first = i + (negated ? 2 : 1);
    // A ] that is the first one inside is one of the characters.
    const close = glob[i] === '[' && first < lastClose ? glob.indexOf(']', first + 1) : -1;
    const [character = ''] = glob.slice(i, i + 2);
    if (close > 0) source += oneOf(glob.slice(first, close), negated);
    else if (character === '*') source += '.*';
    else source += character === '?' ? '.' : escaped(character);
    i = close > 0 ? close + 1 : i + character.length;
  }
  return regExp(`${source}$`, glob);
}

/** Of a range that runs backwards nothing is left, as in fnmatch. */
function oneOf(characters: string, negated: boolean): string {
  const items = characters.replace(/([\s\S])-([\s\S])|[\s\S]/gu, (item, from?: string, to?: string) => {
    if (from === undefined || to === undefined) return escaped(item);
    return from <= to ? `${escaped(from)}-${escaped(to)}` : '';
  });
  if (items === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${items}]`;
}

/** By its number: inside a class a backslash may stand before other characters than outside. */
const escaped = (character: string): string =>
  /[\p{L}\p{N}]/u.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
