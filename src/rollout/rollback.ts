import { isAnotherMachine, NOT_TRIED } from '../core/another-machine.ts';
import type { Change } from '../core/change.ts';
import type { HostOutcome, HostStatus, Reason, Recap, RollbackOutcome, Software } from '../core/event.ts';
import { type ChangeRecord, type HostRecord, leftToUndo, machinesOf, type RunRecord } from '../core/run-record.ts';
import type { Connection } from '../core/session.ts';
import { ChangeLog } from '../engine/change-log.ts';
import { EventStream, noJournal } from '../engine/event-stream.ts';
import { failureOf } from '../engine/failure.ts';
import { HostLink } from '../engine/host-link.ts';
import { HostLinks } from '../engine/host-links.ts';
import { HostLocks, type LockWish } from '../engine/host-lock.ts';
import { HostMachines } from '../engine/host-machine.ts';
import { recordedRun, type Surroundings } from '../engine/recorded-run.ts';
import { type HostUndone, undoHost } from '../engine/undo-host.ts';
import type { StepTypeOf } from '../engine/undo-plan.ts';
import { eachAtMost } from './pool.ts';
import { type RollbackWave, wavesOfRollback } from './rollback-batches.ts';

export interface RollbackPlan {
  /** The id of this rollback: a run of its own, with a journal of its own. */
  readonly run: string;
  /** The run to take back, with all earlier rollbacks of it folded in. */
  readonly record: RunRecord;
  /** The registry: a change is undone by the step type that made it. */
  readonly typeOf: StepTypeOf;
  readonly software?: Software;
  /** Hosts at work at the same time; > 0. A play of the run that had fewer has as few here. */
  readonly forks: number;
  /** Only looks at what it would come to: no host is changed, no lock taken. */
  readonly isPreview?: boolean;
  /** Only these hosts; undefined: all of the run. */
  readonly only?: ReadonlySet<string>;
  readonly lock: LockWish;
  /** Hosts of which people have said, after a look, that the machine is the one that the run has changed. */
  readonly forced?: readonly string[];
  /** Whether a host is usually worked on as another user than the one who logs in; without it none is. */
  readonly becomes?: (host: string) => boolean;
}

/** Hosts on which a rollback of this run still has something to look at, in the run's order. None: nothing to do. */
export const hostsToUndo = ({ hosts }: RunRecord, only?: ReadonlySet<string>): readonly HostRecord[] =>
  hosts.filter(({ host, changes }) => (only?.has(host) ?? true) && changes.some(leftToUndo));

/**
 * Takes back what is left of a run, on every host newest first, and its hosts in the run's batches, newest first. After a first
 * Ctrl-C, or where as many hosts have failed as ended the run, hosts at work are still put back whole and no further one is begun.
 * `connect` is given names of the record's hosts.
 * @throws JournalFailure where not even the beginning could be recorded: no host was touched.
 */
export async function startRollback(
  plan: RollbackPlan,
  connect: (host: string, become: boolean | undefined) => Promise<Connection>,
  around: Surroundings,
): Promise<Recap> {
  const { playbooks, hosts, run: of } = plan.record.started;
  const { isPreview = false } = plan;
  const mode = isPreview ? 'check' : 'rollback';
  const started = { type: 'run.started', run: plan.run, version: 1, mode, of, playbooks } as const;
  const software = plan.software && { software: plan.software };
  return recordedRun({ ...started, ...software, hosts }, around, async (stream) => {
    const { clock, stop } = around;
    const locks = new HostLocks(plan.run, plan.lock, { stream, clock, stop }, [of]);
    const machines = new HostMachines({ machines: machinesOf(plan.record.hosts), forced: plan.forced ?? [] });
    const outcomes = new Map<string, HostOutcome>();
    const records = hostsToUndo(plan.record, plan.only);
    const waves = wavesOfRollback(plan.record, records, plan.forks);
    const failed: string[] = [];
    let stopped: Reason | undefined;
    for (const [batch, wave] of waves.entries()) {
      if (stopped === undefined && stop.level === 0) await begin(wave, batch);
      await eachAtMost(
        wave.forks,
        wave.hosts,
        async (record) => {
          const outcome = await putBack(record).catch((error) => broken(record.host, error));
          outcomes.set(record.host, outcome);
          if (wave.failures !== undefined && failed.length >= wave.failures) stopped ??= whyStopped(failed, of);
          await stream.tell({ type: 'host.finished', outcome });
        },
        wave.gate,
      );
    }
    const all = records.flatMap(({ host }) => outcomes.get(host) ?? []);
    const isCut = stopped !== undefined && all.some(({ status }) => status === 'not-attempted');
    return isCut ? { outcomes: all, stopped: 'failures' } : { outcomes: all };

    async function begin({ play, hosts: own }: RollbackWave, batch: number): Promise<void> {
      if (waves.length === 1) return;
      const names = own.map(({ host }) => host);
      await stream.tell({ type: 'batch.started', play, batch, batches: waves.length, hosts: names });
    }

    async function putBack({ host, changes }: HostRecord): Promise<HostOutcome> {
      if (stop.level > 0) return notBegun(host, { message: stop.reason });
      if (stopped !== undefined) return notBegun(host, stopped);
      await stream.tell({ type: 'host.started', host });
      const enter = (become: boolean | undefined) => machines.enter(host, connect(host, become), stream);
      const open = (become: boolean | undefined) => (isPreview ? enter(become) : locks.open(host, () => enter(become)));
      const links = new HostLinks((become) => new HostLink(() => open(become), stop), plan.becomes?.(host) ?? false);
      const away = needsHost(changes, plan.typeOf)
        ? await links.usual.connection().then(
            () => undefined,
            (error: unknown) => ({ ...failureOf(error), isAnother: isAnotherMachine(error) }),
          )
        : undefined;
      if (away?.status === 'locked') return leftAlone(links, host, away.reason);
      if (away?.isAnother) return notOurs(links, host, changes, away.reason);
      const log = new ChangeLog(isPreview ? silent(stream) : stream, changes, machines.of(host));
      // Whether the run has left this host armed, only the host knows.
      log.armed = 1;
      const undone = await undoHost(log, links, plan.typeOf, {
        isPreview,
        onUndo: (record, planned) => tellUndo(record, planned),
      });
      await links.close();
      if (undone.isBroken) failed.push(host);
      if (!isPreview) await tellOutcome(stream, host, undone);
      return outcomeOf(host, undone);
    }

    async function tellUndo({ host, step }: ChangeRecord, planned: Change): Promise<void> {
      const told = isPreview ? { changes: [planned], notes: [] } : { changes: [], notes: [planned.summary] };
      await stream.tell({ type: 'step.planned', host, step, ...told });
    }

    /** What a preview does not do, nobody is told. */
    function silent(real: EventStream): EventStream {
      return new EventStream({ journal: noJournal, report: () => {}, hosts: real.hosts }, clock);
    }

    /** Of its changes nothing is said: those of the right machine are as they were. */
    async function notOurs(
      links: HostLinks,
      host: string,
      changes: readonly ChangeRecord[],
      reason: Reason,
    ): Promise<HostOutcome> {
      await links.close();
      const failed = changes.filter(leftToUndo).map(({ change }) => ({ summary: change.summary, reason: NOT_TRIED }));
      const outcome = { undone: [], irreversible: [], failed };
      if (!isPreview) await stream.tell({ type: 'host.rollback', host, outcome });
      return { host, status: 'failed', changes: 0, reason, rollback: outcome };
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

const notBegun = (host: string, reason: Reason): HostOutcome => ({ host, status: 'not-attempted', changes: 0, reason });

function whyStopped(failed: readonly string[], of: string): Reason {
  const hosts = failed.length === 1 ? '1 host has' : `${failed.length} hosts have`;
  return {
    message: `the rollback stopped: ${hosts} failed (${failed.slice(0, 5).join(', ')}), as many as end a rollout of the run`,
    todo: `look at it, then go on without: unwedge rollback ${of} -l 'all:!${failed.join(':!')}'`,
  };
}

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
