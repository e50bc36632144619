import type { Recap } from './event.ts';

/** The command's exit codes; docs/exit-codes.md lists them for users. */
export const ExitCode = {
  done: 0,
  refused: 1,
  failed: 2,
  unreachable: 4,
  failedAndUnreachable: 6,
  stopped: 8,
  changesPending: 10,
  rollbackIncomplete: 20,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** True where a change that can be undone should have been and was not. Irreversible changes were known as such. */
export const rollbackIncomplete = (recap: Recap): boolean =>
  recap.outcomes.some((outcome) => (outcome.rollback?.failed.length ?? 0) > 0);

/**
 * The exit code that a recap stands for. An interrupted run is 130 whatever its hosts say; a host that could not be
 * put back outweighs what made it fail; hosts that were not attempted for it outweigh those that failed.
 * A rollout that waits for people after its canary does what it was told to.
 */
export function exitCodeOf(recap: Recap): ExitCode {
  if (recap.interrupted) return ExitCode.interrupted;
  if (rollbackIncomplete(recap)) return ExitCode.rollbackIncomplete;
  if (recap.stopped !== undefined && recap.stopped !== 'confirm') return ExitCode.stopped;
  const has = (status: string) => recap.outcomes.some((o) => o.status === status);
  if (has('failed')) return has('unreachable') ? ExitCode.failedAndUnreachable : ExitCode.failed;
  return has('unreachable') ? ExitCode.unreachable : ExitCode.done;
}
