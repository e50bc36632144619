import { readdir } from 'node:fs/promises';
import { causeText } from '../core/cause-text.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import { isRunId } from '../core/run-id.ts';
import { didYouMean } from '../core/suggestion.ts';
import { mustBeTrustedDirectory, readTrusted, trustIn } from '../local/trust.ts';
import { JOURNAL, journalPath, runDirectory, runsDirectory } from './journal-path.ts';
import { type ParsedJournal, parseJournal } from './parse-journal.ts';

/**
 * Ids of all runs in a state directory, newest first; none where the directory does not exist.
 * @throws InputError where somebody else can write to it
 */
export async function listRuns(stateDir: string): Promise<readonly string[]> {
  await mustBeTrustedDirectory(runsDirectory(stateDir), await trustIn(stateDir));
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

/** @throws InputError where the journal is missing, damaged, of another version, or can be written by somebody else */
export async function readJournal(stateDir: string, run: string): Promise<ParsedJournal> {
  const path = journalPath(stateDir, run);
  const bytes = await journalBytes(stateDir, run);
  return parseJournal(textOf(bytes, path), path);
}

function textOf(bytes: Buffer, path: string): string {
  try {
    return bytes.toString('utf8');
  } catch (cause) {
    throw unreadable(path, cause); // Longer than a text can be.
  }
}

/** As it is on the disk, torn or not. @throws InputError where it can't be read, or can be written by somebody else */
export async function journalBytes(stateDir: string, run: string): Promise<Buffer> {
  const path = journalPath(stateDir, run);
  const trust = await trustIn(stateDir);
  await mustBeTrustedDirectory(runDirectory(stateDir, run), trust);
  try {
    return await readTrusted(path, trust, JOURNAL);
  } catch (cause) {
    if (isMissing(cause)) throw neverBegun(run);
    throw cause instanceof InputError ? cause : unreadable(path, cause);
  }
}

const some = (runs: readonly string[]): string => runs.slice(0, 3).join(', ') + (runs.length > 3 ? ', …' : '');

/** Its controller died, or had no room, before it could write down that it begins. */
export const neverBegun = (run: string): Error =>
  inputError(
    `run ${run} died before its beginning: no host was touched`,
    'there is nothing to undo and nothing to resume',
  );

export const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

export const unreadable = (path: string, cause: unknown): Error =>
  inputError(
    `${path} can't be read: ${causeText(cause)}`,
    'run as the user that it belongs to, or name another: --state-dir FOLDER',
  );
