import type { ScriptResult } from '../core/host-script.ts';
import { SessionError } from '../core/session.ts';
import type { Mark } from './framing.ts';

/** timeout's own code, and what is left where it had to kill or where it is busybox': 128 + KILL, 128 + TERM. */
const DEADLINE_CODES = new Set([124, 137, 143]);

type End = Extract<Mark, { kind: 'end' }>;

/** One request in flight. */
export interface Job {
  readonly seq: number;
  /** What it does, for people: the script's path. */
  readonly what: string;
  /** Seconds. */
  readonly deadline: number;
  /** Milliseconds, monotonic. */
  readonly sentAt: number;
  readonly resolve: (result: ScriptResult) => void;
  readonly reject: (error: SessionError) => void;
  stdout?: End;
  stderr?: End;
  timer: NodeJS.Timeout;
  cancelled: boolean;
}

/** What a job came to, once both its streams have ended. Pure but for `now`, in milliseconds. */
export function outcomeOf(job: Job, stdout: End, stderr: End, now: number): ScriptResult | SessionError {
  const { code } = stdout;
  const overdue = DEADLINE_CODES.has(code) && now - job.sentAt >= job.deadline * 1000;
  // What had done its work before the signal came has done it.
  if (code !== 0 && (stdout.ended || overdue)) return endedError(job, lastLine(stderr.output));
  return {
    code,
    stdout: stdout.output.toString(),
    stderr: stderr.output.toString(),
    truncated: stdout.truncated || stderr.truncated,
  };
}

/** A job that was ended from here, by its deadline or by cancel(). */
export function endedError(job: Job, more: string): SessionError {
  const rest = more === '' ? '' : ` (${more})`;
  return job.cancelled
    ? new SessionError('cancelled', `cancelled while doing ${job.what}${rest}`)
    : new SessionError('deadline', `no answer within ${job.deadline} s; it was doing ${job.what}${rest}`);
}

const lastLine = (output: Buffer): string => output.toString().trimEnd().split('\n').at(-1) ?? '';
