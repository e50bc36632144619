import type { Change } from '../core/change.ts';
import type { Reason } from '../core/event.ts';
import { SessionError } from '../core/session.ts';
import { StepError } from '../core/step-type.ts';
import { JournalFailure } from './event-stream.ts';

/** Why a host goes no further. */
export interface Failure {
  readonly status: 'failed' | 'drifted' | 'unreachable' | 'locked' | 'flapping' | 'interrupted';
  readonly reason: Reason;
}

/** A change that has no good end; what it did is told by its own event. */
export class ChangeFailed extends Error {
  override readonly name = 'ChangeFailed';
  readonly failure: Failure;

  constructor(failure: Failure, cause: unknown) {
    super(failure.reason.message, { cause });
    this.failure = failure;
  }
}

/** What an exception means for its host. Total: what no one foresaw is named an internal error, with its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ChangeFailed) return error.failure;
  if (error instanceof SessionError) return { status: statusOf(error), reason: reason(error.message, error.todo) };
  if (error instanceof StepError) return { status: 'failed', reason: reason(error.message, error.todo) };
  if (error instanceof JournalFailure) return { status: 'failed', reason: journalReason(error) };
  return { status: 'failed', reason: internalReason(error) };
}

function statusOf(error: SessionError): Failure['status'] {
  switch (error.failure) {
    case 'unreachable':
    case 'lost':
      return 'unreachable';
    case 'cancelled':
      return 'interrupted';
    case 'locked':
      return 'locked';
    case 'deadline':
    case 'another-machine':
    case 'refused':
      return 'failed';
    default:
      return error.failure satisfies never;
  }
}

/** True where the host itself said that it was not as planned and nothing was done. */
export const hasDrifted = (error: unknown): boolean => error instanceof StepError && error.drifted;

/** True where the step goes on without this change. */
export const wasLeft = (error: unknown): boolean => error instanceof StepError && error.left;

/** True where a change failed and nothing came of it, for certain. */
export const isUnchanged = (error: unknown): boolean => error instanceof StepError && error.unchanged;

/** How a change ends its step whose outcome is not known for certain. */
export function inDoubt(change: Change, error: unknown): Failure {
  const failure = failureOf(error);
  if (!(error instanceof SessionError)) return failure;
  const message = `"${change.summary}" is in doubt: ${failure.reason.message}`;
  return { ...failure, reason: { ...failure.reason, message } };
}

const reason = (message: string, todo: string | undefined): Reason =>
  todo === undefined ? { message } : { message, todo };

const isFull = ({ message }: JournalFailure): boolean => /ENOSPC|EDQUOT|no space left|quota exceeded/i.test(message);

const journalReason = (error: JournalFailure): Reason => ({
  message: `stopped before the host was touched: ${error.message}`,
  todo: `${isFull(error) ? 'free space' : 'make the state directory writable'}; then unwedge runs shows what was done`,
});

function internalReason(error: unknown): Reason {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? `:\n${error.stack}` : '';
  return { message: `internal error: ${message}`, todo: `this is a fault in unwedge; please report it${stack}` };
}
