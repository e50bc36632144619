import type { EventOf, RunEvent } from '../core/event.ts';
import type { HostPast, PastPoint, PastStep, RunPast } from '../core/past.ts';
import { machinesOf } from '../core/run-record.ts';
import { foldJournal } from './fold-journal.ts';

interface HostFold {
  steps: PastStep[];
  at: PastPoint | undefined;
  /** The step at `at` has ended the host: what follows it in this journal (an `always`) is not on its way. */
  ended: boolean;
  finished: boolean;
  ill: number[];
}

/** How far a run came, from the events of its journal and of all that go on with it, in order. Pure. */
export function foldPast(events: readonly RunEvent[]): RunPast {
  const folds = new Map<string, HostFold>();
  const of = (host: string): HostFold => {
    const fold = folds.get(host) ?? { steps: [], at: undefined, ended: false, finished: false, ill: [] };
    folds.set(host, fold);
    return fold;
  };
  let play = -1;
  for (const event of events) {
    if (event.type === 'run.started') {
      play = -1;
      for (const fold of folds.values()) fold.ended = false;
    } else if (event.type === 'play.started') play += 1;
    else if (event.type === 'batch.health' && event.moment === 'before')
      for (const { host } of event.ill) of(host).ill.push(play);
    else if (event.type === 'host.finished')
      of(event.outcome.host).finished = event.outcome.status === 'ok' || event.outcome.status === 'changed';
    else if ('host' in event) foldIntoHost(of(event.host), event, play);
  }
  const record = foldJournal(events);
  const changes = new Map(record?.hosts.map((host) => [host.host, host.changes]));
  const hosts = [...folds].map(([host, { ended: _, ...fold }]): [string, HostPast] => {
    return [host, { ...fold, changes: changes.get(host) ?? [] }];
  });
  return {
    ...{ run: record?.started.run ?? '', resumes: record?.resumes ?? [], hosts: new Map(hosts) },
    machines: machinesOf(record?.hosts ?? []),
    pauses: events.filter(({ type }) => type === 'rollout.paused').length,
  };
}

function foldIntoHost(fold: HostFold, event: Extract<RunEvent, { readonly host: string }>, play: number): void {
  switch (event.type) {
    case 'step.started':
      if (!fold.ended) fold.at = begun(event, play, fold.at);
      return;
    case 'change.applying':
      if (fold.at && !fold.ended) fold.at = { ...fold.at, changes: [...fold.at.changes, event.seq] };
      return;
    case 'step.finished':
      if (!fold.ended) endStep(fold, event);
      return;
    case 'host.unreachable':
    case 'host.locked':
      fold.ended = true;
      return;
    case 'host.rollback':
      // It begins anew: nothing of it is left.
      Object.assign(fold, { steps: [], at: undefined, finished: false, ill: [], ended: true });
      return;
    default:
  }
}

/** The same step once more has begun what it had before, too. */
function begun({ index, step }: EventOf<'step.started'>, play: number, at: PastPoint | undefined): PastPoint {
  const isSame = at?.play === play && at.index === index && at.step === step;
  return { play, index, step, changes: isSame ? at.changes : [] };
}

function endStep(fold: HostFold, event: EventOf<'step.finished'>): void {
  const { at } = fold;
  if (at === undefined) return;
  const { status, tolerated, reason, register, scrubbed } = event;
  if (status === 'failed' && tolerated === undefined) {
    fold.ended = true;
    return;
  }
  const { changes: _, ...place } = at;
  fold.steps.push({
    ...{ ...place, status },
    ...(tolerated === undefined ? {} : { tolerated }),
    ...(reason === undefined ? {} : { reason }),
    ...(register === undefined ? {} : { register }),
    ...(scrubbed === undefined ? {} : { scrubbed }),
  });
  fold.at = undefined;
}
