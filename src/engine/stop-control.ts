/** 1: finish the step in flight, start nothing new. 2: end the step in flight too. */
export type StopLevel = 0 | 1 | 2;

/** How a run is told to stop: once politely, twice at once. Raised by signals, by tests, or by the run itself. */
export class StopControl {
  #level: StopLevel = 0;
  #signal: string | undefined;
  readonly #listeners = new Set<(level: StopLevel, signal: string) => void>();

  get level(): StopLevel {
    return this.#level;
  }

  /** What raised it last, e.g. `SIGINT`. */
  get signal(): string | undefined {
    return this.#signal;
  }

  /** For people, once it is raised: `stopped by SIGINT`. */
  get reason(): string {
    return `stopped by ${this.#signal ?? 'a signal'}`;
  }

  raise(signal: string): void {
    if (this.#level === 2) return;
    this.#level = this.#level === 0 ? 1 : 2;
    this.#signal = signal;
    for (const listener of [...this.#listeners]) listener(this.#level, signal);
  }

  /** @returns how to stop listening. */
  onRaise(listener: (level: StopLevel, signal: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
