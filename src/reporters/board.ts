import type { EventOf, HostOutcome, HostStatus, Reason, Recap, RunEvent } from '../core/event.ts';
import { reasonLine } from './wording.ts';

/** One host in one play. */
export interface HostRow {
  readonly host: string;
  state: 'waiting' | 'working' | 'done';
  /** What it is at, and since when (milliseconds since 1970). */
  activity: string;
  since: number;
  /** Its outcome in this play: from the first failure on, or once `state` is done. */
  status: HostStatus | undefined;
  /** Why, where it failed or is unreachable. */
  why: string;
  /** Changes made (or predicted) by this play. */
  changes: number;
  /** Check mode: at least one of them is certain. */
  certain: boolean;
  /** The step it is at or has just finished, counted from 0; handlers count on after the steps; -1 before the first. */
  step: number;
}

export const ROLLING_BACK = 'rolling back';

/** True where people should see at once why. */
export const isTrouble = (status: HostStatus | undefined): status is Trouble =>
  TROUBLE.some((trouble) => trouble === status);

type Trouble = (typeof TROUBLE)[number];
const TROUBLE = ['failed', 'drifted', 'unreachable', 'locked', 'flapping'] as const;

/** What a play looks like at this moment: a fold of its events. */
export class Board {
  readonly title: string;
  readonly startedAt: number;
  readonly rows: Map<string, HostRow>;
  /** Hosts in the order in which they failed. */
  readonly failures: HostRow[] = [];
  batch = 0;
  batches = 1;
  interrupted: EventOf<'run.interrupted'> | undefined;
  /** What the whole batch is at, beside its hosts: its soak. */
  soaking: EventOf<'batch.soaking'> | undefined;
  readonly #steps: number;

  /** `steps` without handlers. */
  constructor(title: string, hosts: readonly string[], steps: number, startedAt: number) {
    this.title = title;
    this.startedAt = startedAt;
    this.#steps = steps;
    this.rows = new Map(hosts.map((host) => [host, newRow(host, startedAt)]));
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'batch.started':
        this.batch = event.batch;
        this.batches = event.batches;
        this.soaking = undefined;
        break;
      case 'batch.soaking':
        this.soaking = event;
        break;
      case 'batch.health':
        if (event.moment === 'soaked') this.soaking = undefined;
        break;
      case 'host.started':
        this.#atWork(event.host, 'connecting', event.at);
        break;
      case 'step.started':
        this.#atWork(event.host, event.step, event.at).step = event.index;
        break;
      case 'step.planned':
        this.#row(event.host).certain ||= event.changes.some((change) => !change.may);
        break;
      case 'change.undoing':
        this.#atWork(event.host, ROLLING_BACK, event.at);
        break;
      case 'step.finished':
        this.#stepFinished(event);
        break;
      case 'host.unreachable':
        this.#failed(this.#row(event.host), 'unreachable', event.reason);
        break;
      case 'host.waiting':
        this.#atWork(event.host, 'waiting for another run', event.at);
        break;
      case 'host.locked':
        this.#failed(this.#row(event.host), 'locked', event.reason);
        break;
      case 'host.finished':
        this.#hostFinished(event.outcome);
        break;
      case 'run.interrupted':
        this.interrupted = event;
        break;
      default: // Nothing that this picture shows.
    }
  }

  /** The play's hosts by outcome so far, for a line of counts. A host that was never at work was not attempted. */
  recap(): Recap {
    const outcomes = [...this.rows.values()].map(({ host, state, status, changes }) => ({
      host,
      status: status ?? (state === 'waiting' ? 'not-attempted' : 'interrupted'),
      changes,
    }));
    return { outcomes, interrupted: this.interrupted !== undefined };
  }

  /** Check mode: hosts with changes of which none is certain. */
  get mayChange(): ReadonlySet<string> {
    return new Set([...this.rows.values()].filter((row) => !row.certain).map((row) => row.host));
  }

  #row(host: string): HostRow {
    const known = this.rows.get(host);
    if (known !== undefined) return known;
    const row = newRow(host, this.startedAt);
    this.rows.set(host, row);
    return row;
  }

  #atWork(host: string, activity: string, at: string): HostRow {
    const row = this.#row(host);
    // Undoing many changes is one activity.
    if (row.state === 'working' && row.activity === activity) return row;
    row.state = 'working';
    row.activity = activity;
    row.since = Date.parse(at);
    return row;
  }

  #stepFinished({ host, changes, status, tolerated, reason }: EventOf<'step.finished'>): void {
    const row = this.#row(host);
    row.changes += changes;
    if (status === 'failed' && tolerated === undefined) this.#failed(row, 'failed', reason);
    // host.finished comes after the host's last play only. A handler may still follow and puts the host to work again.
    else if (row.step >= this.#steps - 1) this.#done(row, row.changes > 0 ? 'changed' : 'ok');
  }

  #hostFinished({ host, status, reason, changes }: HostOutcome): void {
    // A host of a later play that the run will not get to.
    if (status === 'not-attempted' && !this.rows.has(host)) return;
    const row = this.#row(host);
    if (isTrouble(status)) this.#failed(row, status, reason);
    if (row.step < 0) row.changes = changes; // A rollback has no steps.
    const well = status === 'ok' || status === 'changed';
    // The outcome is of the whole run; this play may have changed nothing.
    this.#done(row, well && row.step >= 0 ? (row.changes > 0 ? 'changed' : 'ok') : status);
  }

  #failed(row: HostRow, status: HostStatus, reason: Reason | undefined): void {
    if (!isTrouble(row.status)) this.failures.push(row);
    row.status = status;
    row.why = reason ? reasonLine(reason) : row.why;
  }

  #done(row: HostRow, status: HostStatus): void {
    row.state = 'done';
    row.status = status;
  }
}

const newRow = (host: string, since: number): HostRow => ({
  host,
  state: 'waiting',
  activity: '',
  since,
  status: undefined,
  why: '',
  changes: 0,
  certain: false,
  step: -1,
});
