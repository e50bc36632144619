import type { Change } from './change.ts';
import type { EventOf } from './event.ts';
import type { ReadOnlySession, Session } from './session.ts';
import type { Undo } from './step-type.ts';

/** A change that is about to be made. */
export interface Intent {
  readonly event: EventOf<'change.applying'>;
  readonly undo: Undo<Change>;
  /** Seconds that the change may take; its undo gets as many. */
  readonly deadline: number;
  /** Seconds after it in which the host must be confirmed, or it takes the run back itself; 0: no change so far asks for that. */
  readonly confirmWithin: number;
}

/** What a host says to a confirmation. `fired`: it was too late, and the host has taken the run back itself. */
export interface Verdict {
  readonly switch: 'confirmed' | 'fired' | 'unarmed';
  /** What the host's own undo came to, by seq. */
  readonly undone: ReadonlyMap<number, HostUndo>;
}

/** What a host came to that took a change back itself. */
export type HostUndo =
  | { readonly kind: 'undone' }
  | { readonly kind: 'undo-failed' | 'irreversible'; readonly reason: string };

/** The journal that each host keeps of a run itself: it is enough to take the run back, with another controller or with none. */
export interface HostLog {
  /**
   * A session for one change. What applies it runs only once the host has written down, durably, how it is taken back. Rejects
   * with a StepError, drifted, where the host can't: nothing was done.
   */
  changing(session: Session, intent: Intent): Session;
  /**
   * A session for the undo of these changes, which the host notes. What it has taken back by itself is not done twice.
   * `mustKnow`: on a host that has no journal of the run nothing is done. @throws SessionError 'another-machine' then
   */
  undoing(session: Session, seqs: readonly number[], deadline: number, mustKnow: boolean): Session;
  /** The same for a look at what an undo would come to. */
  looking(session: ReadOnlySession, seqs: readonly number[], mustKnow: boolean): ReadOnlySession;
  /** Over a new connection: the host need not take the run back. @throws SessionError */
  confirm(session: Session): Promise<Verdict>;
}
