import { join } from 'node:path';

export const runsDirectory = (stateDir: string): string => join(stateDir, 'runs');
export const runDirectory = (stateDir: string, run: string): string => join(runsDirectory(stateDir), run);
export const journalPath = (stateDir: string, run: string): string =>
  join(runDirectory(stateDir, run), 'journal.jsonl');
