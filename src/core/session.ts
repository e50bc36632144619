import type { Enforcement } from './enforcement.ts';
import type { ApplyScript, ProbeScript, ScriptResult, UndoScript } from './host-script.ts';
import type { LockHolder } from './lock.ts';
import type { Machine } from './machine.ts';

export interface RequestOptions {
  /** Seconds after which both ends end the script. */
  readonly deadline: number;
}

/** How an audit's session is kept from writing on its host. */
export interface Guard {
  readonly enforced: Enforcement;
  /** Why it is not `namespace`. */
  readonly why: string | undefined;
}

/** All that check mode holds: it takes probe scripts and refuses others, at compile time and at run time. */
export interface ReadOnlySession {
  /** The inventory name of the host. */
  readonly host: string;
  /** In an audit, where a probe looks as far as its user may, and its step tells what it could not see. */
  readonly guard?: Guard;
  /** What it says of its machine. */
  readonly machine?: Machine | undefined;
  /** Runs a probe with positional arguments (any text without NUL). Rejects with SessionError, never for an exit code. */
  probe(script: ProbeScript, args?: readonly string[]): Promise<ScriptResult>;
}

/** One connection to one host for a whole run; one request at a time. */
export interface Session extends ReadOnlySession {
  run(script: ApplyScript | UndoScript, args?: readonly string[]): Promise<ScriptResult>;
}

/** What the runner holds: sessions are narrowed per step, with that step's deadline. */
export interface Connection {
  readonly host: string;
  /** In an audit. */
  readonly guard?: Guard | undefined;
  /** What the host says of its machine, as the session opens. */
  readonly machine?: Machine | undefined;
  readOnly(options: RequestOptions): ReadOnlySession;
  readWrite(options: RequestOptions): Session;
  /**
   * Takes the host's lock, which lives as long as this connection and whatever it has started there. Resolves with who
   * holds it where another run does. Rejects with SessionError; 'refused' where the host can have no lock.
   */
  lock(holder: LockHolder): Promise<LockHolder | undefined>;
  /** Ends the request in flight on both ends (second Ctrl-C). */
  cancel(): void;
  /** Closes the connection; a request in flight is ended on the host. Never rejects. */
  close(): Promise<void>;
}

export type SessionFailure =
  | 'unreachable' // no session could be opened: network, host key, login, sudo
  | 'lost' // the connection went away while a request was in flight
  | 'deadline' // the request was ended at its deadline
  | 'cancelled' // ended by cancel()
  | 'locked' // another run holds the host's lock; nothing was done
  | 'another-machine' // it is not the machine that an earlier part of the run was at; nothing was done
  | 'refused'; // the session does not take that kind of script

/** A request or a connection that has no result. The message says what and why, for people. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly failure: SessionFailure;
  /** What to do about it, where there is a known answer. */
  readonly todo: string | undefined;

  constructor(failure: SessionFailure, message: string, todo?: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
    this.todo = todo;
  }
}
