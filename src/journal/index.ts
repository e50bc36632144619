/** Journals: opened by a run, read by whoever wants to know what was done. */

export { newRunId } from '../core/run-id.ts';
export { type ControllerLock, type LockPlace, lockHolder, takeLock } from './controller-lock.ts';
export { ensureDirectory, replaceDurably } from './durable-file.ts';
export { foldJournal } from './fold-journal.ts';
export type { Journal } from './journal.ts';
export { addToEnded, openJournal } from './journal-file.ts';
export { keyedFile, openLedger } from './ledger.ts';
export { type LoadedRun, loadEvents, loadPast, loadRun, loadRuns } from './load-run.ts';
export { findRun, isMissing, journalBytes, listRuns, readJournal } from './runs.ts';
export { scrub, scrubError } from './scrub.ts';
export { ensureStateDirectory, fileMode } from './state-directory.ts';
