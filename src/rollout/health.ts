import type { EventOf, Illness } from '../core/event.ts';
import type { Play } from '../core/playbook.ts';
import { StepError } from '../core/step-type.ts';
import type { Failure } from '../engine/failure.ts';
import type { HostState } from '../engine/host-state.ts';
import { type Look, lookAt } from '../engine/look.ts';
import { RunOnce } from '../engine/run-once.ts';
import type { CarryOut } from '../engine/step-run.ts';
import { eachAtMost } from './pool.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';

type Moment = EventOf<'batch.health'>['moment'];

/** A host that its batch has made ill. */
export interface Ill {
  readonly state: HostState;
  readonly failure: Failure;
}

interface Watched {
  readonly play: PlannedPlay;
  readonly number: number;
  readonly states: readonly HostState[];
}

/** A play's health steps on a batch's hosts: what they say after it counts only where they said otherwise before. */
export class HealthWatch {
  readonly #runner: RolloutRunner;
  readonly #batch: Watched;
  readonly #illBefore = new Set<HostState>();

  constructor(runner: RolloutRunner, batch: Watched) {
    this.#runner = runner;
    this.#batch = batch;
  }

  async before(): Promise<void> {
    for (const { state } of await this.#look('before')) this.#illBefore.add(state);
    const { play } = this.#batch.play;
    for (const state of this.#batch.states) if (state.memory?.wasIll(play)) this.#illBefore.add(state);
  }

  /** Asks again. @returns the hosts that are ill and were not. */
  async after(moment: Exclude<Moment, 'before'>): Promise<readonly Ill[]> {
    return (await this.#look(moment)).filter(({ state }) => !this.#illBefore.has(state));
  }

  /** Asks one host, of which nobody is told yet. @returns why it is ill and was not */
  async of(state: HostState): Promise<Failure | undefined> {
    if (this.#batch.play.play.health.length === 0 || this.#illBefore.has(state)) return undefined;
    const [ill] = await this.#ask([state]);
    return ill && told(ill.failure, 'after');
  }

  /** Asks the hosts that are still in, and tells of it. */
  async #look(moment: Moment): Promise<readonly Ill[]> {
    const { play, number, states } = this.#batch;
    const { stream, stop } = this.#runner;
    // Of a host that has begun, an earlier part of the run has asked.
    const isLate = ({ memory }: HostState) => moment === 'before' && memory?.hasBegun(play.play) === true;
    const asked = states.filter((state) => state.end === undefined && !isLate(state));
    if (play.play.health.length === 0 || asked.length === 0 || stop.level > 0) return [];
    // Over a new connection: an old one may live on where a new one has no chance, or may have died of the soak.
    if (moment !== 'before') for (const { links } of asked) await links.reset();
    const found = await this.#ask(asked);
    const ill = found.map(({ state, failure: { reason } }): Illness => {
      return { host: state.name, reason, counts: moment !== 'before' && !this.#illBefore.has(state) };
    });
    const of = { play: play.play.name, batch: number, moment, hosts: asked.length, ill };
    await stream.tell({ type: 'batch.health', ...of });
    return found.map((one) => ({ ...one, failure: told(one.failure, moment) }));
  }

  /** Changes nothing: a step that has something to change is not ok. */
  async #ask(states: readonly HostState[]): Promise<readonly Ill[]> {
    const { forks, play } = this.#batch.play;
    const failures = new Map<HostState, Failure>();
    const once = new RunOnce();
    const steps: Play = { ...play, steps: play.health, handlers: [] };
    await eachAtMost(forks, states, async (state) => {
      const { failed } = await lookAt(this.#runner, state, steps, { carryOut: mustBeSo, once });
      if (failed !== undefined && failed.status !== 'interrupted') failures.set(state, illness(failed));
      // Of a large batch, those that wait need no open connection.
      if (states.length > forks) await state.links.reset();
    });
    return states.flatMap((state) => {
      const failure = failures.get(state);
      return failure === undefined ? [] : [{ state, failure }];
    });
  }
}

const mustBeSo: CarryOut = async (_, { changes }) => {
  throw new StepError(`it is not as it should be: ${changes.map(({ summary }) => summary).join('; ')}`);
};

const illness = ({ step, status, reason }: NonNullable<Look['failed']>): Failure => ({
  status,
  reason: { ...reason, message: `${step}: ${reason.message}` },
});

const WHEN: Readonly<Record<Moment, string>> = {
  before: 'not well before its batch',
  after: 'well before its batch, and not after it',
  soaked: 'well before its batch, and not after the soak',
};

const told = ({ status, reason }: Failure, moment: Moment): Failure => ({
  status,
  reason: { ...reason, message: `${WHEN[moment]}: ${reason.message}` },
});
