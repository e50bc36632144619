import type { HostState } from '../engine/host-state.ts';
import type { Gate } from './pool.ts';
import { domainOf, type PlannedPlay } from './rollout-plan.ts';

/** At most `most` items of a domain at once: of a rack, of a zone. */
export class SpreadGate<T> implements Gate<T> {
  readonly #most: number;
  readonly #domainOf: (item: T) => string;
  /** Kept: a long queue asks again and again. */
  readonly #domains = new Map<T, string>();
  readonly #atWork = new Map<string, number>();

  constructor(most: number, domainOf: (item: T) => string) {
    this.#most = most;
    this.#domainOf = domainOf;
  }

  hasRoom(item: T): boolean {
    return this.#countIn(item) < this.#most;
  }

  enter(item: T): void {
    this.#atWork.set(this.#domain(item), this.#countIn(item) + 1);
  }

  leave(item: T): void {
    this.#atWork.set(this.#domain(item), this.#countIn(item) - 1);
  }

  #countIn(item: T): number {
    return this.#atWork.get(this.#domain(item)) ?? 0;
  }

  #domain(item: T): string {
    const domain = this.#domains.get(item) ?? this.#domainOf(item);
    this.#domains.set(item, domain);
    return domain;
  }
}

/** For a play with `spread_by`. */
export function gateOf({ play }: PlannedPlay): Gate<HostState> | undefined {
  const { spread } = play.rollout;
  return spread && new SpreadGate(spread.most, ({ host }) => domainOf(host, play, spread));
}
