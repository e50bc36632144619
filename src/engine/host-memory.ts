import type { AskHost, HostPast, PastPoint, PastStep, RunPast } from '../core/past.ts';
import type { Play, Step } from '../core/playbook.ts';
import type { ChangeRecord } from '../core/run-record.ts';
import { StepError } from '../core/step-type.ts';
import type { StepTypeOf } from './undo-plan.ts';

export interface Remembered {
  readonly memory: HostMemory | undefined;
  readonly changes: readonly ChangeRecord[];
}

/** What is known of each host from an earlier part of a run; nothing where there was none. */
export function memoryOf(
  plays: readonly { readonly play: Play }[],
  run: RunPast | undefined,
  typeOf: StepTypeOf,
  ask: AskHost = async () => 'unknown',
): (host: string) => Remembered {
  const places = new Map(plays.map(({ play }, place) => [play, place]));
  return (host) => {
    const past = run?.hosts.get(host);
    return { memory: past && new HostMemory(past, places, typeOf, ask), changes: past?.changes ?? [] };
  };
}

/** A host's way so far, as the journal of an earlier part of the run tells it: it is walked again without going it. */
export class HostMemory {
  /** What became of a change. */
  readonly ask: AskHost;
  /** The host has been asked whether what the journal tells of it is still so. */
  isChecked: boolean;
  readonly typeOf: StepTypeOf;
  readonly #past: HostPast;
  readonly #places: ReadonlyMap<Play, number>;
  readonly #left: PastStep[];

  /** `places`: of each play among the run's, from 0. */
  constructor(past: HostPast, places: ReadonlyMap<Play, number>, typeOf: StepTypeOf, ask: AskHost) {
    this.ask = ask;
    this.typeOf = typeOf;
    this.#past = past;
    this.#places = places;
    this.#left = [...past.steps];
    // Of a host that is through nothing is asked; of one that begins anew there is nothing to ask.
    this.isChecked = past.finished || (past.steps.length === 0 && past.at === undefined);
  }

  /** The step as it went, once; undefined: it is still to be taken. @throws StepError where the journal tells of another one here */
  take(play: Play, index: number, { name }: Step): PastStep | undefined {
    const place = this.#placeOf(play);
    // A play that all of a batch were through is not walked again.
    while ((this.#left[0]?.play ?? place) < place) this.#left.shift();
    const next = this.#left.shift();
    if (next === undefined || (next.play === place && next.index === index && next.step === name)) return next;
    throw new StepError(`the journal does not fit the playbook: it tells of "${next.step}" where "${name}" comes`, {
      todo: 'take the run back (unwedge rollback), or run the playbook anew',
    });
  }

  /** What the step at which the host was has begun already; undefined: it is another one. */
  begunBy(play: Play, index: number, { name }: Step): PastPoint | undefined {
    const { at } = this.#past;
    return at?.play === this.#placeOf(play) && at.index === index && at.step === name ? at : undefined;
  }

  /** It has nothing left to do in this play. */
  isThrough(play: Play): boolean {
    const { finished, steps, at } = this.#past;
    const place = this.#placeOf(play);
    return finished || [...steps, ...(at ? [at] : [])].some((step) => step.play > place);
  }

  /** It has begun this play; what its health steps say now is not what they said before. */
  hasBegun(play: Play): boolean {
    const place = this.#placeOf(play);
    return (
      this.isThrough(play) ||
      [...this.#past.steps, ...(this.#past.at ? [this.#past.at] : [])].some((step) => step.play === place)
    );
  }

  wasIll(play: Play): boolean {
    return this.#past.ill.includes(this.#placeOf(play));
  }

  #placeOf(play: Play): number {
    return this.#places.get(play) ?? -1;
  }
}
