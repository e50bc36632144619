import type { EventOf, RunEvent } from '../core/event.ts';
import { Findings } from '../core/findings.ts';
import type { HostReport, Report } from '../core/report.ts';
import type { ChangeRecord, HostRecord } from '../core/run-record.ts';
import { HostFold } from './host-fold.ts';

/**
 * What a run came to, from its events as they happened or as a journal has them; any prefix is a run that was interrupted
 * there. Events of runs that went on with it or took it back may follow: the report is of the whole.
 * @param earlier of a rollback: the record of the run that it takes back
 * @throws Error where the events do not begin with run.started
 */
export function reportOf(kind: Report['kind'], events: Iterable<RunEvent>, earlier?: readonly HostRecord[]): Report {
  const fold = new ReportFold(kind, earlier);
  for (const event of events) fold.add(event);
  return fold.report();
}

/** The same, event by event. */
export class ReportFold {
  readonly #kind: Report['kind'];
  readonly #earlier: ReadonlyMap<string, readonly ChangeRecord[]>;
  readonly #hosts = new Map<string, HostFold>();
  readonly #findings = new Findings();
  #started: EventOf<'run.started'> | undefined;
  #finishedAt: string | undefined;
  #stopped: Report['stopped'];
  #isRollback = false;

  constructor(kind: Report['kind'], earlier: readonly HostRecord[] = []) {
    this.#kind = kind;
    this.#earlier = new Map(earlier.map(({ host, changes }) => [host, changes]));
  }

  add(event: RunEvent): void {
    if (event.type === 'run.started') this.#begin(event);
    else if (event.type === 'run.finished') this.#finishedAt = event.at;
    if (event.type === 'run.finished') for (const outcome of event.recap.outcomes) this.#end(outcome);
    else if (event.type === 'host.finished') this.#end(event.outcome);
    else if ('host' in event) this.#host(event.host).add(event);
    if (event.type === 'step.planned') this.#findings.add(event);
    if (event.type === 'rollout.stopped') this.#stopped = { by: event.by, reason: event.reason };
  }

  /** As far as the run came. @throws Error where it has not begun */
  report(): Report {
    if (this.#started === undefined) throw new Error('a report needs the event run.started');
    const { run, at, playbooks } = this.#started;
    const finished = this.#finishedAt === undefined ? {} : { finishedAt: this.#finishedAt };
    const stopped = this.#stopped === undefined ? {} : { stopped: this.#stopped };
    const of = { version: 1, kind: this.#kind, run, startedAt: at, ...finished, playbooks } as const;
    return { ...of, ...stopped, hosts: this.#hostReports() };
  }

  #hostReports(): readonly HostReport[] {
    const found = this.#findings.byHost({ gone: false });
    const gone = this.#findings.byHost({ gone: true });
    return [...this.#hosts].map(([host, fold]) =>
      fold.report(host, { findings: found.get(host) ?? [], gone: gone.get(host) ?? [] }),
    );
  }

  /** A later one goes on with the first, or takes it back. */
  #begin(event: EventOf<'run.started'>): void {
    this.#isRollback = event.mode === 'rollback' && this.#started !== undefined;
    this.#started ??= event;
    this.#finishedAt = undefined;
    if (!this.#isRollback) this.#stopped = undefined;
    for (const { name, groups } of event.hosts) if (typeof name === 'string') this.#host(name).groups = textsIn(groups);
  }

  #end(outcome: EventOf<'host.finished'>['outcome']): void {
    this.#host(outcome.host).end(outcome, this.#isRollback);
  }

  #host(name: string): HostFold {
    const known = this.#hosts.get(name) ?? new HostFold(this.#kind, this.#earlier.get(name));
    this.#hosts.set(name, known);
    return known;
  }
}

/** Undefined for what is no list. */
const textsIn = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;
