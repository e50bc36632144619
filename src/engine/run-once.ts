import type { Step } from '../core/playbook.ts';
import { failureOf } from './failure.ts';
import type { StepOutcome } from './step-outcome.ts';

/** A step that runs once, as one host has done it. */
export interface DoneOnce {
  readonly host: string;
  readonly outcome: StepOutcome;
  /** Check mode: only a run will know what it registers. */
  readonly unknown: boolean;
}

/**
 * Lets one host of a batch do what is done once, and the others wait for it. It is the one that began first of those still
 * at work: a host only ever waits for hosts that began before it, so no two wait for each other.
 */
export class RunOnce {
  /** In the order in which they began. */
  readonly #atWork = new Set<string>();
  readonly #done = new Map<Step, DoneOnce>();
  #waiting: (() => void)[] = [];

  enter(host: string): void {
    this.#atWork.add(host);
  }

  /** It failed or came to its end: no one waits for it any longer. */
  leave(host: string): void {
    this.#atWork.delete(host);
    this.#wake();
  }

  /** Waits until it is known who does it. Undefined: this host. */
  async turn(step: Step, host: string): Promise<DoneOnce | undefined> {
    for (;;) {
      const done = this.#done.get(step);
      if (done !== undefined) return done;
      const [first] = this.#atWork;
      if (first === undefined || first === host) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** What came of it is the others' result, too. Never rejects. */
  async settle(
    step: Step,
    host: string,
    going: Promise<StepOutcome>,
    isUnknown: () => boolean = () => false,
  ): Promise<StepOutcome> {
    const outcome = await going.catch((error): StepOutcome => ({ status: 'failed', failure: failureOf(error) }));
    this.#done.set(step, { host, outcome, unknown: isUnknown() });
    this.#wake();
    return outcome;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
