import type { HostOutcome, HostStatus, Reason, Recap, RollbackOutcome, Software } from '../core/event.ts';
import { type ChangeRecord, type HostRecord, leftToUndo, type RunRecord } from '../core/run-record.ts';
import type { Connection } from '../core/session.ts';
import { ChangeLog } from './change-log.ts';
import type { EventStream } from './events.ts';
import { failureOf } from './failure.ts';
import { HostLink } from './host-link.ts';
import { HostLinks } from './host-links.ts';
import { HostLocks, type LockWish } from './host-lock.ts';
import { eachAtMost } from './pool.ts';
import { recordedRun, type Surroundings } from './recorded-run.ts';
import { type HostUndone, undoHost } from './undo-host.ts';
import type { StepTypeOf } from './undo-plan.ts';

export interface RollbackPlan {
  /** The id of this rollback: a run of its own, with a journal of its own. */
  readonly run: string;
  /** The run to take back, with all earlier rollbacks of it folded in. */
  readonly record: RunRecord;
  /** The registry: a change is undone by the step type that made it. */
  readonly typeOf: StepTypeOf;
  readonly software?: Software;
  /** Hosts at work at the same time; > 0. */
  readonly forks: number;
  readonly lock: LockWish;
  /** Whether a host is usually worked on as another user than the one who logs in; without it none is. */
  readonly becomes?: (host: string) => boolean;
}

/** Hosts on which a rollback of this run still has something to look at, in the run's order. None: nothing to do. */
export const hostsToUndo = (record: RunRecord): readonly HostRecord[] =>
  record.hosts.filter((host) => host.changes.some(leftToUndo));

/**
 * Takes back what is left of a run, on every host, newest first. After a first Ctrl-C hosts at work are still put back
 * whole and no further one is begun. `connect` is given names of the record's hosts.
 * @throws JournalFailure where not even the beginning could be recorded: no host was touched.
 */
export async function startRollback(
  plan: RollbackPlan,
  connect: (host: string, become: boolean | undefined) => Promise<Connection>,
  around: Surroundings,
): Promise<Recap> {
  const { playbooks, hosts, run: of } = plan.record.started;
  const started = { type: 'run.started', run: plan.run, version: 1, mode: 'rollback', of, playbooks } as const;
  const software = plan.software && { software: plan.software };
  return recordedRun({ ...started, ...software, hosts }, around, async (stream) => {
    const { clock, stop } = around;
    const locks = new HostLocks(plan.run, plan.lock, { stream, clock, stop }, [of]);
    const outcomes = new Map<string, HostOutcome>();
    const records = hostsToUndo(plan.record);
    await eachAtMost(plan.forks, records, async (record) => {
      const outcome = await putBack(record).catch((error) => broken(record.host, error));
      outcomes.set(record.host, outcome);
      await stream.tell({ type: 'host.finished', outcome });
    });
    return { outcomes: records.flatMap(({ host }) => outcomes.get(host) ?? []) };

    async function putBack({ host, changes }: HostRecord): Promise<HostOutcome> {
      if (stop.level > 0) return notBegun(host, stop.reason);
      await stream.tell({ type: 'host.started', host });
      const links = new HostLinks(
        (become) => new HostLink(() => locks.open(host, () => connect(host, become)), stop),
        plan.becomes?.(host) ?? false,
      );
      const away = needsHost(changes, plan.typeOf)
        ? await links.usual.connection().then(() => undefined, failureOf)
        : undefined;
      if (away?.status === 'locked') return leftAlone(links, host, away.reason);
      const log = new ChangeLog(stream, changes);
      // Whether the run has left this host armed, only the host knows.
      log.armed = 1;
      const undone = await undoHost(log, links, plan.typeOf);
      await links.close();
      await tellOutcome(stream, host, undone);
      return outcomeOf(host, undone);
    }

    async function leftAlone(links: HostLinks, host: string, reason: Reason): Promise<HostOutcome> {
      await links.close();
      await stream.tell({ type: 'host.locked', host, reason });
      return { host, status: 'locked', changes: 0, reason };
    }
  });
}

/** What has no undo is named without asking the host. */
const needsHost = (changes: readonly ChangeRecord[], typeOf: StepTypeOf): boolean =>
  changes.filter(leftToUndo).some(({ stepType }) => typeOf(stepType)?.undo.kind !== 'irreversible');

const notBegun = (host: string, message: string): HostOutcome => ({
  ...{ host, status: 'not-attempted', changes: 0 },
  reason: { message },
});

/** A bug of ours on one host is that host's outcome, and the others are put back all the same. */
function broken(host: string, error: unknown): HostOutcome {
  const { reason } = failureOf(error);
  const failed = [{ summary: 'the rollback of this host', reason: reason.message }];
  return { host, status: 'failed', changes: 0, reason, rollback: { undone: [], irreversible: [], failed } };
}

async function tellOutcome(stream: EventStream, host: string, { outcome, cutOff }: HostUndone): Promise<void> {
  if (cutOff?.status === 'unreachable') await stream.tell({ type: 'host.unreachable', host, reason: cutOff.reason });
  await stream.tell({ type: 'host.rollback', host, outcome });
}

function outcomeOf(host: string, { outcome, cutOff }: HostUndone): HostOutcome {
  const reason = cutOff?.reason ?? reasonOf(outcome);
  const status = cutOff?.status ?? statusOf(outcome);
  const of = { host, status, changes: outcome.undone.length, rollback: outcome };
  return reason === undefined ? of : { ...of, reason };
}

function statusOf(outcome: RollbackOutcome): HostStatus {
  if (outcome.failed.length > 0) return 'failed';
  return outcome.undone.length > 0 ? 'changed' : 'ok';
}

function reasonOf({ failed }: RollbackOutcome): Reason | undefined {
  if (failed.length === 0) return undefined;
  return { message: failed.map(({ summary, reason }) => `not undone: ${summary}: ${reason}`).join('; ') };
}
