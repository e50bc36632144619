import { open } from 'node:fs/promises';
import { InputError, inputError } from '../core/diagnostic.ts';
import type { RunEvent } from '../core/event.ts';
import { mustBeTrustedDirectory, readTrusted, type Trust, trustIn } from '../local/trust.ts';
import { appendDurably, syncDirectory } from './durable-file.ts';
import { Journal, type JournalFile } from './journal.ts';
import { journalLine } from './journal-line.ts';
import { JOURNAL, journalPath, runDirectory, runsDirectory } from './journal-path.ts';
import { ensureStateDirectory, fileMode, makeStateDirectory } from './state-directory.ts';

/**
 * Begins the journal of a new run; no one else can have the same. Directories 0700, file 0600, both durable.
 * @throws InputError where the state directory can't be written, or others can write to it: nothing was touched yet.
 */
export async function openJournal(stateDir: string, run: string): Promise<Journal> {
  const path = journalPath(stateDir, run);
  try {
    const trust = await ensureStateDirectory(stateDir, runsDirectory(stateDir));
    await mustBeTrustedDirectory(runsDirectory(stateDir), trust);
    await makeStateDirectory(runDirectory(stateDir, run), trust);
    const file = await create(path, trust);
    for (const directory of [runDirectory(stateDir, run), runsDirectory(stateDir), stateDir])
      await syncDirectory(directory);
    return new Journal(path, file);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
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
  const trust = await trustIn(stateDir);
  const bytes = await readTrusted(path, trust, JOURNAL);
  if (bytes.at(-1) !== LINE_END) throw new Error('its last line was not written whole');
  await appendDurably(path, events.map(journalLine).join(''), trust);
}

const LINE_END = 0x0a;

async function create(path: string, trust: Trust): Promise<JournalFile> {
  const handle = await open(path, 'ax', 0o600);
  if (trust.group !== undefined) await handle.chmod(fileMode(trust));
  return {
    append: (text) => handle.appendFile(text),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
