import type { HostStatus, Recap } from './event.ts';

/** The command's exit codes; docs/exit-codes.md lists them for users. */
export const ExitCode = {
  done: 0,
  refused: 1,
  failed: 2,
  unreachable: 4,
  failedAndUnreachable: 6,
  stopped: 8,
  drifted: 9,
  changesPending: 10,
  found: 11,
  reportNotWritten: 12,
  rollbackIncomplete: 20,
  locked: 30,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** True where a change that can be undone should have been and was not. Irreversible changes were known as such. */
export const rollbackIncomplete = (recap: Recap): boolean =>
  recap.outcomes.some((outcome) => (outcome.rollback?.failed.length ?? 0) > 0);

/**
 * The exit code that a recap stands for. An interrupted run is 130 whatever its hosts say; a host that could not be
 * put back outweighs what made it fail; hosts that were not attempted for it outweigh those that failed.
 * A host that another run works on was not served, as one that is unreachable; where there are only such, nothing was done.
 * A flapping host needs people, as one that failed.
 * A rollout that waits for people after its canary does what it was told to.
 */
export function exitCodeOf(recap: Recap): ExitCode {
  if (recap.interrupted) return ExitCode.interrupted;
  if (rollbackIncomplete(recap)) return ExitCode.rollbackIncomplete;
  const has = (...statuses: HostStatus[]) => recap.outcomes.some(({ status }) => statuses.includes(status));
  if (has('locked') && recap.outcomes.every(({ status }) => status === 'locked' || status === 'not-attempted'))
    return ExitCode.locked;
  if (recap.stopped !== undefined && recap.stopped !== 'confirm') return ExitCode.stopped;
  const unserved = has('unreachable', 'locked');
  if (has('failed', 'flapping')) return unserved ? ExitCode.failedAndUnreachable : ExitCode.failed;
  if (unserved) return ExitCode.unreachable;
  return has('drifted') ? ExitCode.drifted : ExitCode.done;
}
