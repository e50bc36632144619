import { printable } from './printable.ts';

/** Who holds a lock, as those that come later are told. */
export interface LockHolder {
  /** Id of the run. */
  readonly run: string;
  /** `user@controller`. */
  readonly owner: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** One line without its end: run, owner and since, tab-separated. */
export const lockRecord = ({ run, owner, since }: LockHolder): string =>
  [run, owner, since].map((word) => printable(word.replaceAll('\t', ' '))).join('\t');

/** What a record says. What is missing in one that was not written whole is told as unknown. */
export function parseLockRecord(line: string): LockHolder {
  const [run = '', owner = '', since = ''] = line
    .trim()
    .slice(0, 500)
    .split('\t')
    .map((word) => printable(word));
  return { run: run || 'unknown', owner: owner || 'unknown', since: since || 'unknown' };
}

/** `run 20261122T051443Z-k3f9 of ops@admin-1, since 2026-11-22T05:14:43.000Z`. */
export const heldBy = ({ run, owner, since }: LockHolder): string => `run ${run} of ${owner}, since ${since}`;
