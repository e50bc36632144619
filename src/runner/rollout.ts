import type { HostOutcome, HostStatus, Reason } from '../core/event.ts';
import type { Host } from '../core/inventory.ts';
import type { OnFailure, Play } from '../core/playbook.ts';
import { leftToUndo } from '../core/run-record.ts';
import type { Connection } from '../core/session.ts';
import { ChangeLog } from './change-log.ts';
import { failureOf } from './failure.ts';
import { HostLink } from './host-link.ts';
import { HostState } from './host-state.ts';
import { type PlayRunner, playOnHost } from './play-run.ts';
import { batchesOf, eachAtMost } from './pool.ts';
import { undoHost } from './undo-host.ts';

/** A play and the hosts that its pattern and the limit have selected. */
export interface ResolvedPlay {
  readonly play: Play;
  readonly hosts: readonly Host[];
}

/** True where one host's outcome ends the rollout. Failed and unreachable count alike: both leave a host unserved. */
export const mustStopRollout = (status: HostStatus, onFailure: OnFailure): boolean =>
  onFailure !== 'continue' && (status === 'failed' || status === 'unreachable');

/** True where a host that ended is put back. Not after a hard stop: nothing more is sent to any host. */
export const mustRollBack = (status: HostStatus, onFailure: OnFailure, stopLevel: number): boolean =>
  onFailure === 'rollback' && (status === 'failed' || status === 'unreachable') && stopLevel < 2;

export interface RolloutRunner extends PlayRunner {
  /** Hosts at work at the same time. */
  readonly forks: number;
  readonly connect: (host: Host) => Promise<Connection>;
}

/** Plays over hosts: batches one after the other, hosts of a batch side by side, and the decision to stop. */
export class Rollout {
  readonly #runner: RolloutRunner;
  readonly #plays: readonly ResolvedPlay[];
  readonly #states = new Map<string, HostState>();
  /** The last play that each host is in: after it, its connection is closed. */
  readonly #lastPlays = new Map<string, ResolvedPlay>();
  #stopped: Reason | undefined;

  constructor(runner: RolloutRunner, plays: readonly ResolvedPlay[]) {
    this.#runner = runner;
    this.#plays = plays;
    for (const resolved of plays) for (const host of resolved.hosts) this.#select(host, resolved);
  }

  /** Never rejects: every selected host has an outcome, whatever happened. */
  async run(): Promise<readonly HostOutcome[]> {
    for (const resolved of this.#plays) await this.#runPlay(resolved);
    return [...this.#states.values()].map((state) => state.outcome());
  }

  #select(host: Host, resolved: ResolvedPlay): void {
    this.#lastPlays.set(host.name, resolved);
    if (this.#states.has(host.name)) return;
    const link = new HostLink(() => this.#runner.connect(host), this.#runner.stop);
    this.#states.set(host.name, new HostState(host, link, new ChangeLog(this.#runner.stream)));
  }

  async #runPlay(resolved: ResolvedPlay): Promise<void> {
    const { name, serial, steps } = resolved.play;
    const states = resolved.hosts
      .flatMap((host) => this.#states.get(host.name) ?? [])
      .filter((s) => s.end === undefined);
    const hosts = states.map((state) => state.name);
    if (this.#whyStopped() === undefined) {
      await this.#runner.stream.tell({ type: 'play.started', play: name, hosts, steps: steps.length });
    }
    const batches = batchesOf(states, serial);
    for (const [batch, members] of batches.entries()) await this.#runBatch(resolved, members, batch, batches.length);
  }

  async #runBatch(resolved: ResolvedPlay, states: readonly HostState[], batch: number, batches: number): Promise<void> {
    const hosts = states.map((state) => state.name);
    if (this.#whyStopped() === undefined) {
      await this.#runner.stream.tell({ type: 'batch.started', play: resolved.play.name, batch, batches, hosts });
    }
    await eachAtMost(this.#runner.forks, states, (state) => this.#runHost(state, resolved));
  }

  async #runHost(state: HostState, resolved: ResolvedPlay): Promise<void> {
    const isLast = this.#lastPlays.get(state.name) === resolved;
    try {
      await this.#serve(state, resolved.play);
      if (state.end !== undefined || isLast) await state.link.close();
    } catch (error) {
      state.end ??= failureOf(error);
    }
    if (state.end !== undefined || isLast) {
      await this.#runner.stream.tell({ type: 'host.finished', outcome: state.outcome() });
    }
  }

  async #serve(state: HostState, play: Play): Promise<void> {
    const why = this.#whyStopped();
    if (why !== undefined) {
      state.end = { status: 'interrupted', reason: why };
      return;
    }
    if (!state.started) await this.#runner.stream.tell({ type: 'host.started', host: state.name });
    state.started = true;
    await playOnHost(this.#runner, state, play);
    await this.#afterPlay(state, play);
  }

  async #afterPlay(state: HostState, play: Play): Promise<void> {
    const { status } = state.outcome();
    // Before the rollback, which takes its time: no other host starts meanwhile.
    if (mustStopRollout(status, play.onFailure)) {
      this.#stopped ??= { message: `the rollout stopped: ${state.name} is ${status} in play "${play.name}"` };
    }
    if (!mustRollBack(status, play.onFailure, this.#runner.stop.level)) return;
    if (state.log.records.some(leftToUndo)) await this.#rollBack(state, status);
  }

  async #rollBack(state: HostState, status: HostStatus): Promise<void> {
    if (status === 'unreachable') await state.link.reset();
    state.rollback = (await undoHost(state.log, state.link, (name) => this.#typeOf(name))).outcome;
    await this.#runner.stream.tell({ type: 'host.rollback', host: state.name, outcome: state.rollback });
  }

  #typeOf(name: string) {
    const steps = this.#plays.flatMap(({ play }) => [...play.steps, ...play.handlers]);
    return steps.find(({ type }) => type.name === name)?.type;
  }

  /** Why no further host may be started; undefined while the rollout goes on. */
  #whyStopped(): Reason | undefined {
    const { stop, stream } = this.#runner;
    if (stop.level > 0) return { message: `stopped by ${stop.signal ?? 'a signal'}` };
    if (stream.journalFailure !== undefined) return failureOf(stream.journalFailure).reason;
    return this.#stopped;
  }
}
