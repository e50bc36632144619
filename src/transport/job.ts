import type { ScriptResult } from '../core/host-script.ts';
import { printable } from '../core/printable.ts';
import { SessionError } from '../core/session.ts';
import type { Mark } from './framing.ts';

type End = Extract<Mark, { kind: 'end' }>;

/** One request in flight. */
export interface Job {
  readonly seq: number;
  /** What it does, for people: the script's path. */
  readonly what: string;
  /** Seconds. */
  readonly deadline: number;
  readonly resolve: (result: ScriptResult) => void;
  readonly reject: (error: SessionError) => void;
  stdout?: End;
  stderr?: End;
  timer: NodeJS.Timeout;
  /** Why the controller has asked the host to end it. */
  ending?: 'deadline' | 'cancelled';
  /** Command lines of the host that had not returned then. */
  waits?: string;
}

/** What a job came to, once both its streams have ended. Pure. */
export function outcomeOf(job: Job, stdout: End, stderr: End): ScriptResult | SessionError {
  const { code } = stdout;
  // What had done its work before the signal came has done it.
  if (code !== 0 && stdout.ended && job.ending !== undefined) return endedError(job, lastLine(stderr.output));
  return {
    code,
    stdout: stdout.output.toString(),
    stderr: stderr.output.toString(),
    truncated: stdout.truncated || stderr.truncated,
  };
}

/** A job that was ended from here, by its deadline or by cancel(). */
export function endedError(job: Job, more: string): SessionError {
  const waits = job.waits ? `: ${printable(job.waits)} had not returned` : '';
  const rest = `${job.what}${waits}${more === '' ? '' : ` (${more})`}`;
  return job.ending !== 'deadline'
    ? new SessionError('cancelled', `cancelled while doing ${rest}`)
    : new SessionError('deadline', `no answer within ${job.deadline} s; it was doing ${rest}`);
}

const lastLine = (output: Buffer): string => output.toString().trimEnd().split('\n').at(-1) ?? '';
