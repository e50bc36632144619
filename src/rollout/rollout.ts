import type { Recap } from '../core/event.ts';
import { indexOf } from '../engine/task-index.ts';
import { BatchRun, type Shared } from './batch.ts';
import { budgetReason } from './budget.ts';
import { type PlannedPlay, plannedEvent, planRollout, type ResolvedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';
import { RunHosts } from './run-hosts.ts';
import { Brake } from './stop.ts';

/** Plays over hosts: batches one after the other, hosts of a batch side by side, until the last one or the decision to stop. */
export class Rollout {
  readonly #shared: Shared;
  readonly #plays: readonly PlannedPlay[];

  /** `endsAtFailures`: as its plays say; false: it comes to every host, whatever fails on the way. */
  constructor(runner: RolloutRunner, resolved: readonly ResolvedPlay[], endsAtFailures = true) {
    const hosts = new Set(resolved.flatMap((play) => play.hosts.map(({ name }) => name)));
    const planned = resolved.map((play) => planRollout(play, runner.forks, hosts.size));
    this.#plays = endsAtFailures ? planned : planned.map((play) => ({ ...play, failures: undefined }));
    this.#shared = { runner, hosts: new RunHosts(runner, this.#plays), brake: new Brake(runner) };
  }

  /** Never rejects: every selected host has an outcome, whatever happened. */
  async run(): Promise<Omit<Recap, 'interrupted'>> {
    const { runner, hosts, brake } = this.#shared;
    for (const play of this.#plays) await runner.stream.tell(plannedEvent(play));
    for (const state of hosts.all) if (state.end !== undefined) await hosts.finish(state);
    for (const play of this.#plays) await this.#runPlay(play);
    for (const state of hosts.all) await hosts.finish(state);
    const outcomes = hosts.all.map((state) => state.outcome());
    const stopped = hosts.leftOut > 0 ? brake.why?.by : undefined;
    return stopped === undefined ? { outcomes } : { outcomes, stopped };
  }

  async #runPlay(play: PlannedPlay): Promise<void> {
    await this.#begin(play);
    let isCanary = true;
    for (const [number, wave] of play.waves.entries()) {
      // What has failed in an earlier play is out.
      const states = this.#shared.hosts.stillIn(wave);
      if (states.length === 0) continue;
      if (states.every((state) => state.memory?.isThrough(play.play))) {
        if (isCanary) this.#shared.brake.isConfirmed();
        for (const state of states) this.#shared.hosts.begin(state, play);
        isCanary = false;
        continue;
      }
      await new BatchRun(this.#shared, { play, number, states, isCanary, isLast: this.#isLast(play, number) }).run();
      isCanary = false;
    }
  }

  async #begin(play: PlannedPlay): Promise<void> {
    const { runner, hosts, brake } = this.#shared;
    // Failures of earlier plays may have used it up.
    const spent = budgetReason(play, hosts.failed);
    if (spent !== undefined) brake.pull('failures', spent);
    if (brake.why !== undefined) return;
    const names = hosts.stillIn(play.hosts).map(({ name }) => name);
    const steps = indexOf(play.play).steps;
    await runner.stream.tell({ type: 'play.started', play: play.play.name, hosts: names, steps });
  }

  #isLast(play: PlannedPlay, number: number): boolean {
    return play === this.#plays.at(-1) && number === play.waves.length - 1;
  }
}
