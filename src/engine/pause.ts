import type { Clock } from '../core/clock.ts';
import type { StopControl } from './stop-control.ts';

/** Milliseconds after which a wait notices that the run is stopped. */
const SLICE = 1000;

/** Waits, but no longer than the run goes on. */
export async function soak(
  seconds: number,
  { clock, stop }: { readonly clock: Clock; readonly stop: StopControl },
): Promise<void> {
  const end = clock.ticks() + seconds * 1000;
  for (let left = seconds * 1000; left > 0 && stop.level === 0; left = end - clock.ticks())
    await clock.wait(Math.min(SLICE, left));
}
