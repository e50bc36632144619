import type { Change } from '../core/change.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import { MASK, SHORTEST_SECRET } from '../core/secret.ts';
import { formsOf } from './secret-forms.ts';

/**
 * Takes secret values out of every text of an event, in each of their forms. What identifies things (types, runs,
 * hosts) stays. A change that loses something its undo may need is marked `scrubbed`.
 */
export function scrub(secrets: readonly string[]): (event: RunEvent) => RunEvent {
  const mask = maskOf(secrets);
  return mask ? (event) => marked(event, cleaned(event, mask, '')) : (event) => event;
}

/** The same for an error that ends the run: its message, its stack, and those of its causes. */
export function scrubError(error: unknown, secrets: readonly string[]): unknown {
  const mask = maskOf(secrets);
  for (let one = error; mask && one instanceof Error; one = one.cause) {
    one.message = mask(one.message);
    one.stack &&= mask(one.stack);
  }
  return error;
}

type Mask = (text: string) => string;

/**
 * Undefined where there is nothing to mask. Each host may have a password of its own: forms are found by how they
 * begin, for a regular expression would try thousands at every character.
 */
function maskOf(secrets: readonly string[]): Mask | undefined {
  const byStart = new Map<string, string[]>();
  // Longest first: one form may contain another.
  for (const form of [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length)) {
    const start = form.slice(0, SHORTEST_SECRET);
    const alike = byStart.get(start);
    if (alike) alike.push(form);
    else byStart.set(start, [form]);
  }
  return byStart.size === 0 ? undefined : (text) => masked(text, byStart);
}

function masked(text: string, byStart: ReadonlyMap<string, readonly string[]>): string {
  let clean = '';
  let from = 0;
  for (let i = 0; i + SHORTEST_SECRET <= text.length; i++) {
    const form = byStart.get(text.slice(i, i + SHORTEST_SECRET))?.find((one) => text.startsWith(one, i));
    if (form === undefined) continue;
    clean += text.slice(from, i) + MASK;
    from = i + form.length;
    i = from - 1;
  }
  return clean + text.slice(from);
}

/** What programs compare and is no secret, by path: a password may be a common word, such as a host's name. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  '': ['type', 'at', 'run', 'of', 'mode', 'stepType', 'host', 'status'],
  call: ['inventorySha256'],
  'call.playbooks': ['sha256'],
  hosts: ['name', 'groups', 'kind', 'address', 'user'],
  change: ['risk'],
  changes: ['risk'],
  outcome: ['host', 'status'],
  'recap.outcomes': ['host', 'status'],
};

/** The same value with every text in it masked. `path`: the keys that lead to it; items of a list have the list's. */
function cleaned<T>(value: T, mask: Mask, path: string): T;
function cleaned(value: unknown, mask: Mask, path: string): unknown {
  // Lists of host names are called `hosts` too.
  if (typeof value === 'string') return path === 'hosts' ? value : mask(value);
  if (Array.isArray(value)) return value.map((item) => cleaned(item, mask, path));
  if (typeof value !== 'object' || value === null) return value;
  const kept = KEPT[path] ?? [];
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, kept.includes(key) ? item : cleaned(item, mask, below(key))]),
  );
}

function marked(event: RunEvent, clean: RunEvent): RunEvent {
  if (event.type === 'step.finished' && clean.type === 'step.finished') return withoutTornRegister(event, clean);
  if (event.type !== 'change.applying' || clean.type !== 'change.applying') return clean;
  return undoNeeds(event.change) === undoNeeds(clean.change) ? clean : { ...clean, scrubbed: true };
}

/** Later steps must not read a mask for what it hides. */
function withoutTornRegister(event: EventOf<'step.finished'>, clean: EventOf<'step.finished'>): RunEvent {
  if (JSON.stringify(event.register) === JSON.stringify(clean.register)) return clean;
  const { register: _, ...rest } = clean;
  return { ...rest, scrubbed: true };
}

const undoNeeds = ({ resource, before, after, data }: Change): string =>
  JSON.stringify([resource, before, after, data]);
