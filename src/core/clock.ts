/** The only way to know the time; injected, so that tests and simulated hosts own it. */
export interface Clock {
  /** Milliseconds since 1970, UTC; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some moment; never goes back. For durations. */
  ticks(): number;
  /** Resolves after as many milliseconds. */
  wait(ms: number): Promise<void>;
}
