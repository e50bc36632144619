import { join } from 'node:path';
import type { ReadOptions } from '../local/read-file.ts';

export const runsDirectory = (stateDir: string): string => join(stateDir, 'runs');
export const runDirectory = (stateDir: string, run: string): string => join(runsDirectory(stateDir), run);
export const journalPath = (stateDir: string, run: string): string =>
  join(runDirectory(stateDir, run), 'journal.jsonl');

/** How a journal is read: that of a run on 10,000 hosts is long, and it is never a link. */
export const JOURNAL: ReadOptions = { maxBytes: 2 ** 31 - 1, noLinks: true };
