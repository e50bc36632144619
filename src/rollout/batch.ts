import { confirmHost, leftUnconfirmed } from '../engine/confirm.ts';
import { failureOf } from '../engine/failure.ts';
import type { HostState } from '../engine/host-state.ts';
import { soak } from '../engine/pause.ts';
import { playOnHost } from '../engine/play.ts';
import { RunOnce } from '../engine/run-once.ts';
import { admit } from './admission.ts';
import { budgetReason } from './budget.ts';
import { HealthWatch } from './health.ts';
import { eachAtMost } from './pool.ts';
import { canBePutBack, mustBePutBack, putBack } from './put-back.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';
import type { RunHosts } from './run-hosts.ts';
import { gateOf } from './spread.ts';
import type { Brake } from './stop.ts';
import { withinTimes } from './times-limit.ts';

/** What all batches of a run have in common. */
export interface Shared {
  readonly runner: RolloutRunner;
  readonly hosts: RunHosts;
  readonly brake: Brake;
}

/** One slice of a play's hosts: those of it that are still in. */
export interface Batch {
  readonly play: PlannedPlay;
  /** From 0. */
  readonly number: number;
  readonly states: readonly HostState[];
  /** The play has served no host before it. */
  readonly isCanary: boolean;
  /** Nothing follows it in this run. */
  readonly isLast: boolean;
}

/** One batch from the question whether it may begin to what becomes of it when the rollout ends there. */
export class BatchRun {
  readonly #runner: RolloutRunner;
  readonly #hosts: RunHosts;
  readonly #brake: Brake;
  readonly #batch: Batch;
  readonly #once = new RunOnce();

  constructor({ runner, hosts, brake }: Shared, batch: Batch) {
    this.#runner = runner;
    this.#hosts = hosts;
    this.#brake = brake;
    this.#batch = batch;
  }

  async run(): Promise<void> {
    const begins = this.#brake.why === undefined;
    if (begins) await this.#admit();
    const { why } = this.#brake;
    if (why === undefined) await this.#serveAll();
    else for (const state of this.#batch.states) this.#hosts.leaveOut(state, why.reason);
    if (begins) await this.#end();
    for (const state of this.#batch.states) await this.#leave(state);
  }

  async #admit(): Promise<void> {
    const { halt, failures } = await admit(this.#runner, this.#batch, this.#hosts);
    for (const [state, failure] of failures) await this.#fail(state, failure);
    if (halt !== undefined) this.#brake.pull(halt.by, halt.reason);
  }

  async #serveAll(): Promise<void> {
    const { play, number, states } = this.#batch;
    const hosts = states.map(({ name }) => name);
    const of = { play: play.play.name, batch: number, batches: play.waves.length };
    await this.#runner.stream.tell({ type: 'batch.started', ...of, hosts });
    const health = new HealthWatch(this.#runner, this.#batch);
    await health.before();
    await this.#each(states, (state) => this.#runHost(state, health));
    if (this.#runner.mode === 'run') await this.#watch(health);
  }

  /** What it means for the rollout that this batch is over, or did not begin. */
  async #end(): Promise<void> {
    const { play, isLast } = this.#batch;
    this.#awaitPeople();
    await this.#brake.tell(play, this.#hosts, isLast);
    await this.#putBack();
  }

  /** Its health, the time it is left alone, and its health again. */
  async #watch(health: HealthWatch): Promise<void> {
    const { play, number, isLast } = this.#batch;
    const seconds = play.play.rollout.soak;
    await this.#judge(health, 'after');
    if (seconds === 0 || (isLast && play.play.health.length === 0) || this.#brake.why !== undefined) return;
    await this.#runner.stream.tell({ type: 'batch.soaking', play: play.play.name, batch: number, seconds });
    await soak(seconds, this.#runner);
    await this.#judge(health, 'soaked');
  }

  async #judge(health: HealthWatch, moment: 'after' | 'soaked'): Promise<void> {
    for (const { state, failure } of await health.after(moment)) await this.#fail(state, failure);
  }

  async #runHost(state: HostState, health: HealthWatch): Promise<void> {
    try {
      await this.#serve(state);
      await this.#confirm(state, health);
    } catch (error) {
      await this.#fail(state, state.end ?? failureOf(error));
    }
    await this.#rest(state);
  }

  async #serve(state: HostState): Promise<void> {
    if (state.end !== undefined) return;
    if (this.#brake.why !== undefined) return this.#hosts.leaveOut(state, this.#brake.why.reason);
    if (!state.started) await this.#runner.stream.tell({ type: 'host.started', host: state.name });
    this.#hosts.begin(state, this.#batch.play);
    state.log.confirmWithin = this.#batch.play.play.rollout.confirmWithin;
    this.#once.enter(state.name);
    const { play } = this.#batch.play;
    const carryOut = withinTimes(this.#runner, play);
    await playOnHost({ ...this.#runner, once: this.#once, carryOut }, state, play);
    this.#once.leave(state.name);
    if (state.end !== undefined) await this.#fail(state, state.end);
  }

  /** At once, for the host does not wait for the others of its batch. */
  async #confirm(state: HostState, health: HealthWatch): Promise<void> {
    if (state.end !== undefined || state.log.armed === 0) return;
    const failure = (await health.of(state)) ?? (await confirmHost(this.#runner.stream, state));
    if (failure !== undefined) await this.#fail(state, failure);
  }

  /** A host has failed: what that means for the others, and for itself. */
  async #fail(state: HostState, failure: NonNullable<HostState['end']>): Promise<void> {
    const { play } = this.#batch;
    state.end = failure;
    // Before the rollback, which takes its time: no other host starts meanwhile.
    const spent = budgetReason(play, this.#hosts.failed, state);
    if (spent !== undefined) this.#brake.pull('failures', spent);
    const { onFailure } = play.play.rollout;
    // A dry run of a run that goes on knows of changes, too, and takes none back.
    const isDue =
      this.#runner.mode === 'run' && mustBePutBack(state.outcome().status, onFailure, this.#runner.stop.level);
    if (isDue && canBePutBack(state)) await putBack(this.#runner, state);
    state.end = leftUnconfirmed(state, failure);
  }

  /** Where failures have ended the rollout in this batch: its play says what becomes of what was changed. */
  async #putBack(): Promise<void> {
    const { play, states } = this.#batch;
    const why = this.#brake.pulled;
    if (why?.by !== 'failures' || this.#runner.stop.level === 2 || this.#runner.mode === 'check') return;
    const { onFailure } = play.play.rollout;
    const all = onFailure === 'rollback_all' ? [...this.#hosts.all].reverse() : [];
    const due = (onFailure === 'rollback_batch' ? states : all).filter(canBePutBack);
    await this.#each(due, (state) => putBack(this.#runner, state, why.reason));
  }

  #awaitPeople(): void {
    const { play, states, isCanary } = this.#batch;
    if (play.play.rollout.confirm !== 'canary' || !isCanary || this.#runner.mode === 'check') return;
    const isMore = this.#hosts.stillIn(play.hosts).some(({ name }) => !this.#hosts.hasBegun(name, play));
    if (!isMore || this.#brake.why !== undefined) return;
    if (this.#brake.isConfirmed()) return;
    const message = `the rollout waits for people after its canary: ${states.map(({ name }) => name).join(', ')}`;
    this.#brake.pull('confirm', { message, todo: `look at it, then go on: unwedge resume ${this.#runner.run}` });
  }

  #each(states: readonly HostState[], work: (state: HostState) => Promise<void>): Promise<void> {
    const { play } = this.#batch;
    return eachAtMost(play.forks, states, work, gateOf(play));
  }

  /** After its turn: done with, where nothing that still comes can change what became of it. */
  async #rest(state: HostState): Promise<void> {
    const { play } = this.#batch;
    const { health, rollout } = play.play;
    const isAlone = health.length === 0 && !['rollback_batch', 'rollback_all'].includes(rollout.onFailure);
    const isDone = state.end !== undefined || this.#hosts.isLast(state, play);
    if (isDone && isAlone) await this.#hosts.finish(state);
    // The others need not wait with an open connection.
    else if (isDone) await state.links.reset();
  }

  /** The batch is over. */
  async #leave(state: HostState): Promise<void> {
    const { play } = this.#batch;
    const mayBePutBack = play.play.rollout.onFailure === 'rollback_all' && this.#brake.why === undefined;
    const isDone = state.end !== undefined || this.#hosts.isLast(state, play);
    if (isDone && !mayBePutBack) await this.#hosts.finish(state);
    // Until its next play, other batches soak: few connections live that long.
    else if (play.play.rollout.soak > 0) await state.links.reset();
  }
}
