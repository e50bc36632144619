import type { EventOf, Recap, RunEvent } from '../../src/core/event.ts';
import type { HostLog } from '../../src/core/host-log.ts';
import type { Host } from '../../src/core/inventory.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { AskHost, RunPast } from '../../src/core/past.ts';
import type { Play, Step } from '../../src/core/playbook.ts';
import type { RunRecord } from '../../src/core/run-record.ts';
import type { Surroundings } from '../../src/engine/recorded-run.ts';
import { StopControl } from '../../src/engine/stop-control.ts';
import { foldJournal } from '../../src/journal/fold-journal.ts';
import type { ApprovedPlan } from '../../src/rollout/approved.ts';
import { startRollback } from '../../src/rollout/rollback.ts';
import type { RunLimits } from '../../src/rollout/rollout-runner.ts';
import { startRun } from '../../src/rollout/run.ts';
import { FakeHost } from './fake-host.ts';
import { typeOf } from './fake-steps.ts';

export interface RunOptions {
  readonly mode?: 'check' | 'run';
  readonly forks?: number;
  /** An earlier part of the run, which this one goes on with. */
  readonly past?: RunPast;
  readonly ask?: AskHost;
  readonly approved?: ApprovedPlan;
  /** Hosts are usually worked on as root. */
  readonly becomes?: boolean;
  readonly allows?: (host: string, step: Step) => Promise<boolean>;
  /** Seconds. */
  readonly lockWait?: number;
  /** Called with each event before it counts as recorded; may throw or wait. */
  readonly journal?: (event: RunEvent) => void | Promise<void>;
  readonly report?: (event: RunEvent) => void;
  /** An event without its secrets. */
  readonly recorded?: (event: RunEvent) => RunEvent;
  /** What the hosts keep themselves; without it nothing. */
  readonly hosts?: HostLog;
  /** Of hosts that have some, by name. */
  readonly vars?: Readonly<Record<string, JsonObject>>;
  /** Of a rollback, in the place of the fake ones. */
  readonly typeOf?: typeof typeOf;
  /** Of a rollback: it is only looked at. */
  readonly isPreview?: boolean;
  /** Canaries of the run that people have confirmed. */
  readonly confirmed?: number;
  readonly limits?: RunLimits;
}

/** Fake hosts, and everything that happens to them in one trace: events as they are recorded, requests as they arrive. */
export class Fleet {
  readonly hosts: readonly FakeHost[];
  readonly events: RunEvent[] = [];
  readonly trace: string[] = [];
  stop = new StopControl();
  #ticks = 0;

  constructor(...names: string[]) {
    this.hosts = names.map((name) => new FakeHost(name, {}, (text) => this.trace.push(text)));
  }

  host(name: string): FakeHost {
    const found = this.hosts.find((host) => host.name === name);
    if (found === undefined) throw new Error(`no fake host ${name}`);
    return found;
  }

  /** Runs plays on all hosts of the fleet. */
  async run(plays: readonly Play[], options: RunOptions = {}): Promise<Recap> {
    const hosts = this.hosts.map(
      ({ name }): Host => ({
        ...{ name, groups: ['all'], vars: options.vars?.[name] ?? {} },
      }),
    );
    const plan = {
      ...{ run: `run-${this.#ticks}`, mode: options.mode ?? 'run', forks: options.forks ?? 5 },
      ...{
        playbooks: ['play.yaml'],
        lock: { owner: 'ops@admin-1', wait: options.lockWait ?? 0 },
        plays: plays.map((play) => ({ play, hosts })),
        hosts: [],
        becomes: () => options.becomes ?? false,
        ...(options.allows && { allows: options.allows }),
        ...(options.limits && { limits: options.limits }),
        ...(options.past && { past: options.past }),
        ...(options.ask && { ask: options.ask }),
        ...(options.approved && { approved: options.approved }),
        ...(options.confirmed && {
          past: { run: 'run-0', resumes: [], hosts: new Map(), machines: new Map(), pauses: options.confirmed },
        }),
      },
    };
    return startRun(plan, ({ name }, become) => this.host(name).connect(become), this.#around(options));
  }

  async rollback(record: RunRecord, options: RunOptions = {}): Promise<Recap> {
    const lock = { owner: 'ops@admin-1', wait: options.lockWait ?? 0 };
    const becomes = () => options.becomes ?? false;
    const { forks = 5, isPreview = false, typeOf: types = typeOf } = options;
    const plan = { run: `rollback-${this.#ticks}`, record, typeOf: types, forks, lock, becomes, isPreview };
    return startRollback(plan, (name, become) => this.host(name).connect(become), this.#around(options));
  }

  record(): RunRecord {
    const record = foldJournal(this.events);
    if (record === undefined) throw new Error('the run has no beginning');
    return record;
  }

  ofType<Type extends RunEvent['type']>(type: Type): readonly EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** What happened to a host's steps and changes, e.g. `change.applying`. */
  story(host: string): readonly string[] {
    return this.events.filter((event) => 'host' in event && event.host === host).map((event) => event.type);
  }

  #around({ journal, report, hosts, recorded }: RunOptions): Surroundings {
    const sinks = {
      journal: async (event: RunEvent) => {
        await journal?.(event);
        this.events.push(event);
        this.trace.push(event.type);
      },
      report: report ?? (() => {}),
      hosts,
      ...(recorded && { recorded }),
    };
    const clock = {
      now: () => 1_795_324_483_000 + this.#ticks,
      ticks: () => this.#ticks++,
      wait: async (ms: number) => {
        this.#ticks += ms;
      },
    };
    return { sinks, clock, stop: this.stop };
  }
}

/** host → status, in the order of the fleet. */
export const statuses = (recap: Recap): Record<string, string> =>
  Object.fromEntries(recap.outcomes.map(({ host, status }) => [host, status]));
