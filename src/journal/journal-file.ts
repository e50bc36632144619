import { mkdir, open, readFile } from 'node:fs/promises';
import { inputError } from '../core/diagnostic.ts';
import type { RunEvent } from '../core/event.ts';
import { appendDurably, ensureDirectory, syncDirectory } from './durable-file.ts';
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
    for (const directory of [runDirectory(stateDir, run), runsDirectory(stateDir), stateDir])
      await syncDirectory(directory);
    return new Journal(path, file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw inputError(`no journal can be kept in ${stateDir}: ${why}`, 'choose another directory with --state-dir');
  }
}

/**
 * Adds to the journal of a run that has ended, durably. @throws Error where it can't be, also behind a line that was not written
 * whole: that stays the last one.
 */
export async function addToEnded(stateDir: string, run: string, events: readonly RunEvent[]): Promise<void> {
  const path = journalPath(stateDir, run);
  if (!(await readFile(path, 'utf8')).endsWith('\n')) throw new Error('its last line was not written whole');
  await appendDurably(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

async function create(path: string): Promise<JournalFile> {
  const handle = await open(path, 'ax', 0o600);
  return {
    append: (text) => handle.appendFile(text),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
