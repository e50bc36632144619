import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { InputError } from '../core/diagnostic.ts';
import type { RunEvent } from '../core/event.ts';
import type { RunPast } from '../core/past.ts';
import type { RunRecord } from '../core/run-record.ts';
import { foldJournal } from './fold-journal.ts';
import { foldPast } from './fold-past.ts';
import { journalPath } from './journal-path.ts';
import type { ParsedJournal } from './parse-journal.ts';
import { isMissing, listRuns, neverBegun, readJournal, unreadable } from './runs.ts';

export interface LoadedRun {
  readonly record: RunRecord;
  /** The journal's last line is torn: the controller died while writing it. */
  readonly torn: ParsedJournal['torn'];
}

/** A run, with all that went on with it and that was taken back of it since. @throws InputError */
export async function loadRun(stateDir: string, run: string): Promise<LoadedRun> {
  return load(stateDir, run, await laterRuns(stateDir));
}

/** How far a run came, with all that went on with it. @throws InputError */
export async function loadPast(stateDir: string, run: string): Promise<RunPast> {
  return foldPast(await allEvents(stateDir, run, await laterRuns(stateDir)));
}

/** All runs of a state directory, newest first. One whose journal is damaged is told of, and hides no other. */
export async function loadRuns(
  stateDir: string,
): Promise<readonly { readonly run: string; readonly loaded: LoadedRun | InputError }[]> {
  const rollbacks = await laterRuns(stateDir);
  const all: { run: string; loaded: LoadedRun | InputError }[] = [];
  for (const run of await listRuns(stateDir)) {
    const loaded = await load(stateDir, run, rollbacks).catch((error: unknown) => {
      if (error instanceof InputError) return error;
      throw error;
    });
    all.push({ run, loaded });
  }
  return all;
}

/** Runs that may take another one back or go on with it, by that one. */
type Later = ReadonlyMap<string, readonly string[]>;

async function load(stateDir: string, run: string, later: Later): Promise<LoadedRun> {
  const { events, torn } = await readJournal(stateDir, run);
  const record = foldJournal([...events, ...(await laterEvents(stateDir, run, later))]);
  if (record !== undefined) return { record, torn };
  throw neverBegun(run);
}

/** Its events, with those of all that came to it later, in order; without a last line that is torn. @throws InputError */
export const loadEvents = async (stateDir: string, run: string): Promise<readonly RunEvent[]> =>
  allEvents(stateDir, run, await laterRuns(stateDir));

async function allEvents(stateDir: string, run: string, later: Later): Promise<readonly RunEvent[]> {
  return [...(await readJournal(stateDir, run)).events, ...(await laterEvents(stateDir, run, later))];
}

/** Events of all that came to a run later, oldest first. */
async function laterEvents(stateDir: string, of: string, later: Later): Promise<readonly RunEvent[]> {
  const runs = later.get(of) ?? [];
  const journals = await Promise.all(runs.map(async (run) => (await readJournal(stateDir, run)).events));
  const own = journals.filter(([started]) => started?.type === 'run.started' && started.of === of);
  return own.sort((a, b) => startOf(a).localeCompare(startOf(b))).flat();
}

const startOf = (events: readonly RunEvent[]): string => events[0]?.at ?? '';

/** Looks at the journals' heads only: most runs are not rollbacks, and a journal may be long. */
async function laterRuns(stateDir: string): Promise<Later> {
  const rollbacks = new Map<string, string[]>();
  for (const run of await listRuns(stateDir)) {
    const of = /"of":"([^"]+)"/.exec(await head(journalPath(stateDir, run)))?.[1];
    if (of !== undefined) rollbacks.set(of, [...(rollbacks.get(of) ?? []), run]);
  }
  return rollbacks;
}

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;

async function head(path: string): Promise<string> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW).catch((cause) => {
    if (isMissing(cause)) return undefined; // A run that died before its journal was created.
    if (cause.code === 'ELOOP') return undefined; // Refused once it is read.
    throw unreadable(path, cause);
  });
  if (handle === undefined) return '';
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Bytes within which run.started names the run that it is a rollback of. */
const HEAD = 1024;
