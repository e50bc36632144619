import type { Amount } from './rollout.ts';
import type { Times } from './times.ts';

/** What holds for a play over many runs, and for the fleet as a whole before the play touches any of it. */
export interface Limits {
  /** A host that needs changes more often is flapping: it is left alone. */
  readonly timesPerHost: Times | undefined;
  /** Where more of the play's hosts are wedged at once, none is touched. */
  readonly wedgedHosts: Amount | undefined;
}

/** What a play does that says nothing of its limits. */
export const NO_LIMITS: Limits = { timesPerHost: undefined, wedgedHosts: undefined };

/** How often plays had to change hosts in earlier runs; this run's own times are not told. */
export interface Ledger {
  /** Milliseconds since 1970, in no order. @throws Error that says what can't be read and why */
  times(play: string, host: string): Promise<readonly number[]>;
  /** Resolves once it survives a power cut; once for this run. @throws Error that says what can't be written and why */
  add(play: string, host: string, now: number): Promise<void>;
}
