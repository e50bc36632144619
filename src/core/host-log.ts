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
  /** `wasDone`: an activation was done again, and is due once more: not all before it is back. */
  | { readonly kind: 'undo-failed' | 'irreversible'; readonly reason: string; readonly wasDone?: true };

/** Undos that are sent to a host as one. */
export interface Undos {
  readonly seqs: readonly number[];
  /** Of these, activations that are due once more after this one: not all before them is back. */
  readonly again: readonly number[];
  /** Seconds. */
  readonly deadline: number;
  /** On a host that has no journal of the run nothing is done. */
  readonly mustKnow: boolean;
}

/** The journal that each host keeps of a run itself: it is enough to take the run back, with another controller or with none. */
export interface HostLog {
  /**
   * A session for one change. What applies it runs only once the host has written down, durably, how it is taken back. Rejects
   * with a StepError, drifted, where the host can't: nothing was done.
   */
  changing(session: Session, intent: Intent): Session;
  /**
   * A session for the undo of these changes, which the host notes. What it has taken back by itself is not done twice.
   * @throws SessionError 'another-machine' where the host must know the run, and does not
   */
  undoing(session: Session, undos: Undos): Session;
  /** The same for a look at what an undo would come to. */
  looking(session: ReadOnlySession, undos: Pick<Undos, 'seqs' | 'mustKnow'>): ReadOnlySession;
  /** Over a new connection: the host need not take the run back. @throws SessionError */
  confirm(session: Session): Promise<Verdict>;
}
