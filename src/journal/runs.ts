import { open, readdir, readFile } from 'node:fs/promises';
import { inputError } from '../core/diagnostic.ts';
import type { RunEvent } from '../core/event.ts';
import type { RunRecord } from '../core/run-record.ts';
import { didYouMean } from '../core/suggestion.ts';
import { foldJournal } from './fold-journal.ts';
import { journalPath, runsDirectory } from './journal-path.ts';
import { type ParsedJournal, parseJournal } from './parse-journal.ts';
import { isRunId } from './run-id.ts';

/** Ids of all runs in a state directory, newest first; none where the directory does not exist. */
export async function listRuns(stateDir: string): Promise<readonly string[]> {
  try {
    return (await readdir(runsDirectory(stateDir))).filter(isRunId).sort().reverse();
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw unreadable(runsDirectory(stateDir), cause);
  }
}

/** The one run whose id begins with `prefix`. @throws InputError where there is none, or more than one. */
export async function findRun(stateDir: string, prefix: string): Promise<string> {
  const runs = await listRuns(stateDir);
  const found = runs.filter((run) => run.startsWith(prefix));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length > 1)
    throw inputError(`"${prefix}" is the beginning of ${found.length} runs`, `one of: ${some(found)}`);
  if (runs.length === 0) throw inputError(`no run "${prefix}": there are no runs in ${stateDir}`);
  throw inputError(`no run "${prefix}" in ${stateDir}`, didYouMean(prefix, runs) ?? `the latest: ${some(runs)}`);
}

/** @throws InputError where the journal is missing, damaged or of another version. */
export async function readJournal(stateDir: string, run: string): Promise<ParsedJournal> {
  const path = journalPath(stateDir, run);
  try {
    return parseJournal(await readFile(path, 'utf8'), path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) throw unreadable(path, cause);
    throw cause;
  }
}

export interface LoadedRun {
  readonly record: RunRecord;
  /** The journal's last line is torn: the controller died while writing it. */
  readonly torn: ParsedJournal['torn'];
}

/** A run and all that was taken back of it since. @throws InputError */
export async function loadRun(stateDir: string, run: string): Promise<LoadedRun> {
  const { events, torn } = await readJournal(stateDir, run);
  const record = foldJournal([...events, ...(await rollbackEvents(stateDir, run))]);
  if (record !== undefined) return { record, torn };
  throw inputError(`the journal of run ${run} has no beginning`, 'no host was touched by it: there is nothing to undo');
}

/** Events of all rollbacks of a run, oldest first. */
async function rollbackEvents(stateDir: string, run: string): Promise<readonly RunEvent[]> {
  const rollbacks: (readonly RunEvent[])[] = [];
  for (const other of await listRuns(stateDir)) {
    if (!(await mayBeRollbackOf(run, journalPath(stateDir, other)))) continue;
    const { events } = await readJournal(stateDir, other);
    const [started] = events;
    if (started?.type === 'run.started' && started.of === run) rollbacks.push(events);
  }
  return rollbacks.sort((a, b) => startOf(a).localeCompare(startOf(b))).flat();
}

const startOf = (events: readonly RunEvent[]): string => events[0]?.at ?? '';

/** Looks at a journal's head only: most runs are not rollbacks, and their journals may be long. */
async function mayBeRollbackOf(run: string, path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch((cause) => {
    if (isMissing(cause)) return undefined; // A run that died before its journal was created.
    throw unreadable(path, cause);
  });
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.toString('utf8', 0, bytesRead).includes(`"of":${JSON.stringify(run)}`);
  } finally {
    await handle.close();
  }
}

/** Bytes within which run.started names the run that it is a rollback of. */
const HEAD = 1024;

const some = (runs: readonly string[]): string => runs.slice(0, 3).join(', ') + (runs.length > 3 ? ', …' : '');

const isMissing = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

const unreadable = (path: string, cause: unknown): Error =>
  inputError(`${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`);
