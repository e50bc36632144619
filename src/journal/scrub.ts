import type { Change } from '../core/change.ts';
import type { RunEvent } from '../core/event.ts';
import { MASK } from '../core/secret.ts';
import { formsOf } from './secret-forms.ts';

/**
 * Takes secret values out of every text of an event, in each of their forms. What identifies things (types, runs,
 * hosts) stays. A change that loses something its undo may need is marked `scrubbed`.
 */
export function scrub(secrets: readonly string[]): (event: RunEvent) => RunEvent {
  const pattern = patternOf(secrets);
  return pattern ? (event) => marked(event, masked(event, pattern, '')) : (event) => event;
}

/** The same for an error that ends the run: its message, its stack, and those of its causes. */
export function scrubError(error: unknown, secrets: readonly string[]): unknown {
  const pattern = patternOf(secrets);
  for (let one = error; pattern && one instanceof Error; one = one.cause) {
    one.message = masked(one.message, pattern, '');
    one.stack &&= masked(one.stack, pattern, '');
  }
  return error;
}

function patternOf(secrets: readonly string[]): RegExp | undefined {
  const forms = [...new Set(secrets.flatMap(formsOf))];
  // Longest first: one form may contain another.
  const longestFirst = forms.sort((a, b) => b.length - a.length).map(escaped);
  return forms.length === 0 ? undefined : new RegExp(longestFirst.join('|'), 'g');
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** What programs compare and is no secret, by path: a password may be a common word, such as a host's name. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  '': ['type', 'at', 'run', 'of', 'mode', 'stepType', 'host', 'status'],
  hosts: ['name', 'kind', 'address', 'user'],
  change: ['risk'],
  changes: ['risk'],
  outcome: ['host', 'status'],
  'recap.outcomes': ['host', 'status'],
};

/** The same value with every text in it masked. `path`: the keys that lead to it; items of a list have the list's. */
function masked<T>(value: T, pattern: RegExp, path: string): T;
function masked(value: unknown, pattern: RegExp, path: string): unknown {
  // Lists of host names are called `hosts` too.
  if (typeof value === 'string') return path === 'hosts' ? value : value.replace(pattern, MASK);
  if (Array.isArray(value)) return value.map((item) => masked(item, pattern, path));
  if (typeof value !== 'object' || value === null) return value;
  const kept = KEPT[path] ?? [];
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, kept.includes(key) ? item : masked(item, pattern, below(key))]),
  );
}

function marked(event: RunEvent, clean: RunEvent): RunEvent {
  if (event.type !== 'change.applying' || clean.type !== 'change.applying') return clean;
  return undoNeeds(event.change) === undoNeeds(clean.change) ? clean : { ...clean, scrubbed: true };
}

const undoNeeds = ({ resource, before, after, data }: Change): string =>
  JSON.stringify([resource, before, after, data]);
