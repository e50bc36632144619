import type { Recap } from './event.ts';

/** The command's exit codes; docs/exit-codes.md lists them for users. */
export const ExitCode = {
  done: 0,
  refused: 1,
  failed: 2,
  unreachable: 4,
  failedAndUnreachable: 6,
  changesPending: 10,
  rollbackIncomplete: 20,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The exit code that a recap stands for. An interrupted run is 130 whatever its hosts say. */
export function exitCodeOf(recap: Recap): ExitCode {
  if (recap.interrupted) return ExitCode.interrupted;
  const has = (status: string) => recap.outcomes.some((o) => o.status === status);
  if (has('failed')) return has('unreachable') ? ExitCode.failedAndUnreachable : ExitCode.failed;
  return has('unreachable') ? ExitCode.unreachable : ExitCode.done;
}
