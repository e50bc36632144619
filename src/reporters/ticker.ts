import type { Clock } from '../core/clock.ts';

/** The time and a beat, so that tests own both. */
export interface Ticker extends Pick<Clock, 'now'> {
  /** Calls `tick` again and again until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
}

export const systemTicker: Ticker = {
  now: () => Date.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    // A picture must not keep a finished process alive.
    timer.unref();
    return () => clearInterval(timer);
  },
};
