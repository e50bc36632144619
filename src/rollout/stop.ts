import type { Reason, StopCause } from '../core/event.ts';
import { failureOf } from '../engine/failure.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';
import type { RunHosts } from './run-hosts.ts';

/** Why no further host may be started. Without `by`: a signal, or a journal that takes no more. */
export interface Halt {
  readonly by?: StopCause;
  readonly reason: Reason;
}

/** Ends a rollout for good: the first reason is the one that is told. */
export class Brake {
  readonly #runner: RolloutRunner;
  #pulled: Required<Halt> | undefined;
  #told = false;
  #canaries = 0;

  constructor(runner: RolloutRunner) {
    this.#runner = runner;
  }

  pull(by: StopCause, reason: Reason): void {
    this.#pulled ??= { by, reason };
  }

  /** By the rollout itself. */
  get pulled(): Required<Halt> | undefined {
    return this.#pulled;
  }

  /** Asked at each canary: people have confirmed as many as they have seen. */
  isConfirmed(): boolean {
    this.#canaries += 1;
    return this.#canaries <= this.#runner.confirmed;
  }

  /** Undefined while the rollout goes on. */
  get why(): Halt | undefined {
    const { stop, stream } = this.#runner;
    if (stop.level > 0) return { reason: { message: stop.reason } };
    if (stream.journalFailure !== undefined) return { reason: failureOf(stream.journalFailure).reason };
    return this.#pulled;
  }

  /** Tells of it, once, where it leaves hosts out. `isLast`: nothing follows this batch. */
  async tell(play: PlannedPlay, hosts: RunHosts, isLast: boolean): Promise<void> {
    if (this.#pulled === undefined || this.#told) return;
    this.#told = true;
    const names = play.hosts.map(({ name }) => name);
    const done = names.filter((name) => hosts.hasBegun(name, play));
    const left = names.filter((name) => !hosts.hasBegun(name, play));
    if (isLast && left.length === 0) return;
    const type = this.#pulled.by === 'confirm' ? 'rollout.paused' : 'rollout.stopped';
    await this.#runner.stream.tell({ type, play: play.play.name, ...this.#pulled, done, left });
  }
}
