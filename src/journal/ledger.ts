import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InputError } from '../core/diagnostic.ts';
import type { Ledger } from '../core/limits.ts';
import { readTrusted, trustIn } from '../local/trust.ts';
import { appendDurably, replaceDurably } from './durable-file.ts';
import { isMissing } from './runs.ts';
import { ensureStateDirectory, fileMode } from './state-directory.ts';

/** One time that a play had to change a host. */
interface Entry {
  readonly at: string;
  readonly run: string;
  readonly play: string;
  readonly host: string;
}

/** Milliseconds: longer than any limit may look back. */
const KEPT = 62 * 24 * 3_600_000;
/** Entries from which on a file is looked through for what it need not keep. */
const MANY = 500;

/** A name for a file about what was run with what: `key` is that of the lock which its writers hold. */
export const keyedFile = (stateDir: string, folder: string, key: string, ending: string): string =>
  join(stateDir, folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}${ending}`);

/**
 * The times of one play and inventory in a state directory, JSON lines that are only added to. Whoever adds holds the lock
 * of that name, so there is one writer; a line that was not written whole was never answered for: its host was not touched.
 * Nothing is read or written before it is asked.
 */
export function openLedger(stateDir: string, key: string, run: string): Ledger {
  const path = keyedFile(stateDir, 'limits', key, '.jsonl');
  let known: Promise<Entry[]> | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  const entries = (): Promise<Entry[]> => (known ??= readEntries(stateDir, path));
  const isOf = (play: string, host: string) => (entry: Entry) => entry.play === play && entry.host === host;

  async function append(entry: Entry): Promise<void> {
    const all = await entries();
    if (all.some((old) => old.run === run && isOf(entry.play, entry.host)(old))) return;
    const trust = await ensureStateDirectory(stateDir, join(stateDir, 'limits'));
    const kept = freshOf(all, Date.parse(entry.at));
    if (all.length > MANY && kept.length * 2 < all.length)
      await replaceDurably(path, kept.map(lineOf).join(''), fileMode(trust));
    // The empty line parts it from one that was not written whole.
    await appendDurably(path, `\n${lineOf(entry)}`, trust);
    known = Promise.resolve([...kept, entry]);
  }

  return {
    times: async (play, host) => {
      const others = (await entries()).filter((entry) => entry.run !== run && isOf(play, host)(entry));
      return others.map(({ at }) => Date.parse(at));
    },
    add: (play, host, now) => {
      const entry = { at: new Date(now).toISOString(), run, play, host };
      const added = writing.then(() => append(entry)).catch(unwritable(path));
      writing = added.catch(() => {});
      return added;
    },
  };
}

/** Also those of the future, as far: a clock that was set back will come there. */
const freshOf = (entries: readonly Entry[], now: number): Entry[] =>
  entries.filter(({ at }) => Math.abs(now - Date.parse(at)) < KEPT);

const lineOf = (entry: Entry): string => `${JSON.stringify(entry)}\n`;

async function readEntries(stateDir: string, path: string): Promise<Entry[]> {
  const trust = await trustIn(stateDir);
  try {
    return (await readTrusted(path, trust, { noLinks: true })).toString('utf8').split('\n').flatMap(entryIn);
  } catch (cause) {
    if (isMissing(cause)) return [];
    if (cause instanceof InputError) throw cause;
    throw new Error(`${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** None on a line that was not written whole. */
function entryIn(line: string): Entry[] {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const has = (field: string) => typeof Reflect.get(value, field) === 'string';
  return ['at', 'run', 'play', 'host'].every(has) && !Number.isNaN(Date.parse(String(Reflect.get(value, 'at'))));
}

const unwritable = (path: string) => (cause: unknown) => {
  throw new Error(`${path} can't be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
};
