import type { EventOf, RollbackOutcome, RunEvent, RunMode } from '../core/event.ts';
import { type Machine, machineIn } from '../core/machine.ts';
import {
  type ChangeRecord,
  changesAfter,
  type HostRecord,
  type RunRecord,
  type StepRecord,
} from '../core/run-record.ts';

interface HostFold {
  steps: StepRecord[];
  changes: readonly ChangeRecord[];
  rollback: RollbackOutcome | undefined;
  machine: Machine | undefined;
}

/**
 * What the events of a run say, with those of its rollbacks and of what went on with it after it. Pure and total: any prefix is a run that was
 * interrupted there. Undefined where not even the beginning was recorded: no host was touched.
 */
export function foldJournal(events: readonly RunEvent[]): RunRecord | undefined {
  const [started] = events;
  if (started?.type !== 'run.started') return undefined;
  const later = events.filter((e): e is EventOf<'run.started'> => e.type === 'run.started' && e.of === started.run);
  const runsOf = (mode: RunMode) => later.flatMap((e) => (e.mode === mode ? [e.run] : []));
  const resumes = runsOf('run');
  const notified = events.filter((e): e is EventOf<'run.notified'> => e.type === 'run.notified');
  const last = resumes.at(-1) ?? started.run;
  const finished = events.find((e): e is EventOf<'run.finished'> => e.type === 'run.finished' && e.run === last);
  return {
    started,
    state: finished === undefined || finished.recap.interrupted ? 'interrupted' : 'finished',
    ...(finished === undefined ? {} : { finishedAt: finished.at, recap: finished.recap }),
    ...wayOf(events),
    hosts: hostRecords(events),
    rollbacks: runsOf('rollback'),
    resumes,
    ...(notified.length === 0 ? {} : { notified }),
  };
}

/** How its plays were taken: by the run itself, and by what went on with it. */
function wayOf(events: readonly RunEvent[]): Pick<RunRecord, 'rollouts' | 'turns'> {
  let rollouts: EventOf<'rollout.planned'>[] = [];
  const turns = new Map<string, { play: number; batch: number }>();
  let isRollback = false;
  let isPlanned = false;
  let play = -1;
  for (const event of events) {
    if (event.type === 'run.started') {
      isRollback = event.mode === 'rollback';
      isPlanned = false;
      play = -1;
    }
    if (isRollback) continue;
    if (event.type === 'rollout.planned') {
      rollouts = isPlanned ? [...rollouts, event] : [event];
      isPlanned = true;
    }
    if (event.type === 'play.started') play += 1;
    if (event.type === 'batch.started') for (const host of event.hosts) turns.set(host, { play, batch: event.batch });
  }
  return { rollouts, turns };
}

function hostRecords(events: readonly RunEvent[]): readonly HostRecord[] {
  const hosts = new Map<string, HostFold>();
  // A host that a rollback can't reach ends no step of the run.
  let isRollback = false;
  for (const [i, event] of events.entries()) {
    if (event.type === 'run.started') isRollback = i > 0 && event.mode === 'rollback';
    if (!('host' in event) || (isRollback && ENDS.includes(event.type))) continue;
    const fold = hosts.get(event.host) ?? { steps: [], changes: [], rollback: undefined, machine: undefined };
    hosts.set(event.host, fold);
    foldIntoHost(fold, event);
  }
  return [...hosts].map(([host, { rollback, machine, ...fold }]) => ({
    host,
    ...fold,
    ...(machine === undefined ? {} : { machine }),
    ...(rollback === undefined ? {} : { rollback }),
  }));
}

const ENDS: readonly RunEvent['type'][] = ['host.unreachable', 'host.locked'];

function foldIntoHost(fold: HostFold, event: Extract<RunEvent, { readonly host: string }>): void {
  switch (event.type) {
    case 'step.started':
      // One that was begun and has no end is begun once more by who goes on with the run.
      if (fold.steps.at(-1)?.status === 'running') fold.steps.pop();
      fold.rollback = undefined;
      fold.steps.push({ step: event.step, stepType: event.stepType, status: 'running', changes: 0 });
      return;
    case 'step.finished':
      endStep(fold, { status: event.status, changes: event.changes, ...toleratedIn(event), ...reasonIn(event) });
      return;
    case 'host.unreachable':
      endStep(fold, { status: 'unreachable', ...reasonIn(event) });
      return;
    case 'host.locked':
      endStep(fold, { status: 'locked', ...reasonIn(event) });
      return;
    case 'host.rollback':
      fold.rollback = event.outcome;
      return;
    case 'host.identified':
      fold.machine = machineIn(event.machine);
      return;
    case 'host.started':
    case 'host.guarded':
    case 'host.waiting':
    case 'step.planned':
      return;
    default:
      fold.changes = changesAfter(fold.changes, event);
  }
}

/** Ends the step that runs on this host; a host does one at a time. */
function endStep(fold: HostFold, end: Partial<StepRecord>): void {
  const running = fold.steps.at(-1);
  if (running?.status === 'running') fold.steps.splice(-1, 1, { ...running, ...end });
}

const toleratedIn = ({ tolerated }: Pick<StepRecord, 'tolerated'>): Pick<StepRecord, 'tolerated'> =>
  tolerated === undefined ? {} : { tolerated };

const reasonIn = ({ reason }: Pick<StepRecord, 'reason'>): Pick<StepRecord, 'reason'> =>
  reason === undefined ? {} : { reason };
