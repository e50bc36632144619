import type { Change } from './change.ts';
import type { HostStatus, NewEvent, Reason, RunCall } from './event.ts';
import type { Machine } from './machine.ts';

/** A dry run, saved so that exactly its changes can be approved and made later. Plain JSON, versioned; schemas/plan.json is its schema. */
export interface SavedPlan {
  readonly version: 1;
  /** The dry run's id. */
  readonly run: string;
  /** When that began, ISO 8601 UTC. */
  readonly madeAt: string;
  /** The version of unwedge that has made it. */
  readonly unwedge: string;
  readonly call: RunCall;
  readonly hosts: readonly PlannedHost[];
  /** Hosts of the plays of which it is not known what a run would do: they are not part of the plan. */
  readonly leftOut: readonly LeftOut[];
}

export interface PlannedHost {
  readonly host: string;
  /** Which machine it was; undefined: it did not say. */
  readonly machine?: Machine;
  /** Those with something to change, in order; none: nothing may be changed there. */
  readonly steps: readonly ForetoldStep[];
}

export interface LeftOut {
  readonly host: string;
  readonly status: HostStatus;
  readonly reason?: Reason;
}

/** A step with something to change on a host. */
export interface ForetoldStep {
  /** The play's place among the run's, from 0. */
  readonly play: number;
  readonly step: string;
  readonly changes: readonly ForetoldChange[];
}

/** A change as people approve it: without what only its scripts need. */
export type ForetoldChange = Omit<Change, 'data'>;

/** What a dry run foretells of each host, from its events, in order. Pure. */
export function foretold(events: readonly NewEvent[]): ReadonlyMap<string, readonly ForetoldStep[]> {
  const hosts = new Map<string, ForetoldStep[]>();
  let play = -1;
  for (const event of events) {
    if (event.type === 'play.started') play += 1;
    if (event.type !== 'step.planned' || event.changes.length === 0) continue;
    const { host, step } = event;
    const steps = hosts.get(host) ?? [];
    hosts.set(host, steps);
    steps.push({ play, step, changes: event.changes.map(withoutData) });
  }
  return hosts;
}

const withoutData = ({ data: _, ...change }: Change): ForetoldChange => change;
