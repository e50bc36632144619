import type { Clock } from '../core/clock.ts';

/** A message that was not taken. The message of the error names no address: addresses are secrets. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  /** Trying again makes no difference. */
  readonly final: boolean;

  constructor(message: string, final: boolean, options?: ErrorOptions) {
    super(message, options);
    this.final = final;
  }
}

export interface Patience {
  readonly attempts: number;
  /** Milliseconds for all attempts and pauses. */
  readonly within: number;
}

/** Milliseconds before the second attempt at most; each later pause is three times as long. */
const FIRST_PAUSE = 1000;

/**
 * Tries until it is taken, pausing longer each time, by chance between half and all of it: many controllers do not come back at
 * once. @param attempt gets the milliseconds that are left @throws NotTaken, the last one
 */
export async function untilTaken<T>(
  attempt: (left: number) => Promise<T>,
  { attempts, within }: Patience,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): Promise<T> {
  const end = clock.ticks() + within;
  for (let n = 1, pause = FIRST_PAUSE; ; n++, pause *= 3) {
    try {
      return await attempt(end - clock.ticks());
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      const wait = pause * (0.5 + random() / 2);
      if (error.final) throw error;
      if (n >= attempts || clock.ticks() + wait >= end)
        throw new NotTaken(`${error.message}, ${n === 1 ? '1 attempt' : `${n} attempts`}`, true, { cause: error });
      await clock.wait(wait);
    }
  }
}
