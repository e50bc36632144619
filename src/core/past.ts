import type { Reason, StepStatus } from './event.ts';
import type { JsonObject } from './json.ts';
import type { Machine } from './machine.ts';
import type { ChangeRecord } from './run-record.ts';
import type { ReadOnlySession } from './session.ts';

/** A step that an earlier part of a run has taken a host through. */
export interface PastStep {
  /** The play's place among the run's, from 0. */
  readonly play: number;
  /** Its place in the play, as in step.started. */
  readonly index: number;
  readonly step: string;
  /** `failed`: and the host went on. */
  readonly status: StepStatus;
  readonly tolerated?: 'ignored' | 'rescued';
  readonly reason?: Reason;
  readonly register?: JsonObject;
  /** A secret was taken out of its register, which therefore isn't here. */
  readonly scrubbed?: true;
}

/** The step that a host was at: begun and never finished, or the one that ended the host. */
export interface PastPoint {
  readonly play: number;
  readonly index: number;
  readonly step: string;
  /** Seqs of the changes that it has begun. */
  readonly changes: readonly number[];
}

/** How far a host came. */
export interface HostPast {
  /** In the order in which it took them. Empty where all was taken back since. */
  readonly steps: readonly PastStep[];
  readonly at: PastPoint | undefined;
  /** All of the run, in order; also those that were taken back. */
  readonly changes: readonly ChangeRecord[];
  /** It came well to the end of its last play. */
  readonly finished: boolean;
  /** Plays before whose batch its health steps said that it was ill, by their places. */
  readonly ill: readonly number[];
}

/** What a host knows of a change that was sent to it. `unknown`: it was begun there, and may be done or half done. */
export type Became = 'done' | 'not-done' | 'undone' | 'unknown';

/** Asks a host what became of a change of the run, by its seq. Rejects with SessionError, or StepError where it does not tell. */
export type AskHost = (session: ReadOnlySession, seq: number) => Promise<Became>;

/** How far a run came, with all that has gone on with it. */
export interface RunPast {
  readonly run: string;
  readonly resumes: readonly string[];
  readonly hosts: ReadonlyMap<string, HostPast>;
  /** Which machines its hosts were, as far as they said. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** How often it has waited for people after a canary. */
  readonly pauses: number;
}
