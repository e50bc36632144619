import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inputError } from '../core/diagnostic.ts';
import { Journal, type JournalFile } from './journal.ts';
import { journalPath, runDirectory, runsDirectory } from './journal-path.ts';

/**
 * Begins the journal of a new run; no one else can have the same. Directories 0700, file 0600, both durable.
 * @throws InputError where the state directory can't be written: nothing was touched yet.
 */
export async function openJournal(stateDir: string, run: string): Promise<Journal> {
  const path = journalPath(stateDir, run);
  try {
    await ensureDirectory(runsDirectory(stateDir));
    await mkdir(runDirectory(stateDir, run), { mode: 0o700 });
    const file = await create(path);
    // A file is only as durable as the directories that name it.
    for (const directory of [runDirectory(stateDir, run), runsDirectory(stateDir), stateDir]) await sync(directory);
    return new Journal(path, file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw inputError(`no journal can be kept in ${stateDir}: ${why}`, 'choose another directory with --state-dir');
  }
}

/** As mkdir -p, but with the cause where it fails: node's own recursive mkdir says ENOENT on a read-only file system. */
async function ensureDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return;
    if (!hasCode(cause, 'ENOENT') || dirname(path) === path) throw cause;
    await ensureDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

const hasCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === code;

async function create(path: string): Promise<JournalFile> {
  const handle = await open(path, 'ax', 0o600);
  return {
    append: (text) => handle.appendFile(text),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
