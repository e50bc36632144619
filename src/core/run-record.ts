import type { Change } from './change.ts';
import type { ChangeRef, EventOf, NewEvent, Reason, Recap, RollbackOutcome, StepStatus } from './event.ts';
import type { Machine } from './machine.ts';

/**
 * What is known of a change. `applying` and `in-doubt`: sent, and the host may or may not be changed; `applying` has not
 * even an error. `undoing`: an undo was sent and has no answer. `drifted`, `left`: it is certain that nothing was done.
 */
export type ChangeState =
  | 'applying'
  | 'applied'
  | 'in-doubt'
  | 'drifted'
  | 'left'
  | 'undoing'
  | 'undone'
  | 'undo-failed'
  | 'irreversible';

/** One change of one host, as its events leave it. */
export interface ChangeRecord extends ChangeRef {
  readonly step: string;
  readonly stepType: string;
  readonly change: Change;
  readonly state: ChangeState;
  readonly deadline?: number;
  readonly become?: boolean;
  readonly scrubbed?: true;
  /** Its host has answered that it was made, whatever became of it since. */
  readonly wasApplied?: true;
  /** The place of its last undo that was done among those of its host, from 1. */
  readonly undoneAs?: number;
  /** Why it is in doubt, drifted, left, not undone or irreversible. */
  readonly reason?: string;
}

export interface StepRecord {
  readonly step: string;
  readonly stepType: string;
  /** `running`: the journal ends before the step did. */
  readonly status: StepStatus | 'unreachable' | 'locked' | 'running';
  readonly tolerated?: 'ignored' | 'rescued';
  readonly changes: number;
  readonly reason?: Reason;
}

export interface HostRecord {
  readonly host: string;
  readonly steps: readonly StepRecord[];
  /** In the order in which they were applied. */
  readonly changes: readonly ChangeRecord[];
  /** As the run, or what came later to it, has found it last. */
  readonly machine?: Machine;
  readonly rollback?: RollbackOutcome;
}

/** Which machines the hosts were; {}: nothing tells them from others. */
export const machinesOf = (hosts: readonly HostRecord[]): ReadonlyMap<string, Machine> =>
  new Map(hosts.map(({ host, machine = {} }) => [host, machine]));

/** One run, with those that went on with it or took it back, as their journals tell it. `recap` is the last one's that went on. */
export interface RunRecord {
  readonly started: EventOf<'run.started'>;
  /** `interrupted`: by a signal, or the journal has no end: the controller died (or is still at work). */
  readonly state: 'finished' | 'interrupted';
  readonly finishedAt?: string;
  readonly recap?: Recap;
  /** How its plays were taken, in their order. */
  readonly rollouts: readonly Omit<EventOf<'rollout.planned'>, 'at'>[];
  /** The last batch of each host, of all that were begun: its play's place among the run's and its own in that, from 0. */
  readonly turns: ReadonlyMap<string, { readonly play: number; readonly batch: number }>;
  /** In the order in which they were touched. */
  readonly hosts: readonly HostRecord[];
  /** Runs that took changes of this one back, oldest first. */
  readonly rollbacks: readonly string[];
  /** Runs that went on with this one, oldest first. */
  readonly resumes: readonly string[];
  /** What became of telling people of it; left out where nobody was told. */
  readonly notified?: readonly EventOf<'run.notified'>[];
}

/** The events that say what became of a change. */
export type ChangeEvent = Extract<NewEvent, { readonly type: ChangeEventType }>;
type ChangeEventType =
  | 'change.applying'
  | 'change.applied'
  | 'change.in-doubt'
  | 'change.drifted'
  | 'change.left'
  | 'change.undoing'
  | 'change.undone'
  | 'change.undo-failed'
  | 'change.irreversible';

/** The state that each later event of a change leaves it in. */
const STATE_AFTER = {
  'change.applied': 'applied',
  'change.in-doubt': 'in-doubt',
  'change.drifted': 'drifted',
  'change.left': 'left',
  'change.undoing': 'undoing',
  'change.undone': 'undone',
  'change.undo-failed': 'undo-failed',
  'change.irreversible': 'irreversible',
} as const satisfies Record<Exclude<ChangeEventType, 'change.applying'>, ChangeState>;

/** A host's changes after one more event; an event of a change that was never begun says nothing. Pure. */
export function changesAfter(changes: readonly ChangeRecord[], event: ChangeEvent): readonly ChangeRecord[] {
  if (event.type === 'change.applying') return [...changes, begun(event)];
  const state = STATE_AFTER[event.type];
  const undoneAs = 1 + Math.max(0, ...changes.map((record) => record.undoneAs ?? 0));
  const place = event.type === 'change.undone' ? { undoneAs } : {};
  return changes.map((record) => (record.seq === event.seq ? { ...moved(record, state, event), ...place } : record));
}

function begun(event: Extract<ChangeEvent, { type: 'change.applying' }>): ChangeRecord {
  const { host, seq, step, stepType, change, deadline, become, scrubbed } = event;
  return {
    ...{ host, seq, step, stepType, change, state: 'applying' },
    ...(deadline === undefined ? {} : { deadline }),
    ...(become === undefined ? {} : { become }),
    ...(scrubbed === undefined ? {} : { scrubbed }),
  };
}

function moved(record: ChangeRecord, state: ChangeState, event: ChangeEvent): ChangeRecord {
  const { reason: _, ...before } = record;
  const rest = event.type === 'change.applied' ? ({ ...before, wasApplied: true } as const) : before;
  return 'reason' in event ? { ...rest, state, reason: event.reason } : { ...rest, state };
}

/** True where the change was sent and it is not certain that nothing was done. */
export const mayHaveBeenDone = ({ state }: ChangeRecord): boolean => state !== 'drifted' && state !== 'left';

/** True where a rollback still has to look at this change: it was sent, and it is not known to be taken back. */
export function leftToUndo(record: ChangeRecord): boolean {
  switch (record.state) {
    case 'applying':
    case 'applied':
    case 'in-doubt':
    case 'undoing':
    case 'undo-failed':
      return true;
    case 'drifted':
    case 'left':
    case 'undone':
    case 'irreversible':
      return false;
    default:
      return record.state satisfies never;
  }
}
