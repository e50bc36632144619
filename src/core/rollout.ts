import type { Times } from './times.ts';

/** A number of hosts, or a share of them in percent. */
export type Amount = { readonly count: number } | { readonly percent: number };

/** `3`, `10%`. */
export const amountText = (amount: Amount): string => ('count' in amount ? String(amount.count) : `${amount.percent}%`);

/**
 * What the end of a rollout by failures means for what was changed. `rollback_host`: each failed host is put back;
 * `rollback_batch`, `rollback_all`: the whole batch, or all that the run has changed, too, once the rollout stops.
 */
export type OnFailure = (typeof ON_FAILURE)[number];
export const ON_FAILURE = ['rollback_host', 'rollback_batch', 'rollback_all', 'stop', 'continue'] as const;

/** How a play's hosts are taken. */
export interface Rollout {
  /** Sizes of the batches in order; the last one repeats. None: all hosts at once. */
  readonly serial: readonly Amount[];
  /** Hosts at work at the same time, if fewer than the command line allows. */
  readonly forks: number | undefined;
  /** Failures of the whole run that end it; undefined: the first one does, unless `onFailure` is `continue`. */
  readonly maxFailures: Amount | undefined;
  readonly onFailure: OnFailure;
  /** Seconds to wait after each batch. */
  readonly soak: number;
  readonly spread: Spread | undefined;
  /** A play that selects more hosts is refused. */
  readonly maxHosts: number | undefined;
  /** A batch that would stop more running containers is not begun. */
  readonly maxContainersStopped: number | undefined;
  readonly window: Window | undefined;
  /** `canary`: the rollout waits for people after its first batch. */
  readonly confirm: 'canary' | undefined;
  /** Seconds after a change in which the host must be confirmed, or it takes the run back itself; undefined: as the change's risk says. */
  readonly confirmWithin: number | undefined;
}

/** At most `most` hosts with the same value of a variable are at work at the same time. */
export interface Spread {
  readonly by: string;
  readonly most: number;
}

/** When batches may begin: a time of the day in a zone, whatever its offset is that day. */
export interface Window {
  /** Minutes since midnight; an end that is not after the start is that of the next day. */
  readonly start: number;
  readonly end: number;
  /** An IANA name, e.g. `Europe/Berlin`. */
  readonly zone: string;
  /** Days on which it starts, 0 = Sunday. */
  readonly days: readonly number[];
}

/** A rollout's bounds as people and programs are told them before it starts. */
export interface Bounds {
  readonly forks: number;
  readonly onFailure: OnFailure;
  /** Failed hosts of the run that end it; left out: none do. */
  readonly maxFailures?: number;
  /** Names of the health steps. */
  readonly health: readonly string[];
  readonly soak: number;
  readonly spread?: Spread;
  readonly maxContainersStopped?: number;
  readonly window?: Window;
  readonly confirm?: 'canary';
  readonly timesPerHost?: Times;
  readonly wedgedHosts?: Amount;
}

/** What a play does that says nothing of its rollout. */
export const PLAIN_ROLLOUT: Rollout = {
  serial: [],
  forks: undefined,
  maxFailures: undefined,
  onFailure: 'stop',
  soak: 0,
  spread: undefined,
  maxHosts: undefined,
  maxContainersStopped: undefined,
  window: undefined,
  confirm: undefined,
  confirmWithin: undefined,
};
