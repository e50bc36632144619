/** Seconds by which the host's own limit comes after the controller's deadline. */
const SPARE = 60;
/** Milliseconds before the limit by which an idle host must be told. */
const NOTICE = 10_000;

/**
 * When the host ends everything by itself, should the controller not be heard any more. A limit is a process on the host,
 * so one holds for as many jobs as end before it; on an idle host it is lifted.
 */
export class HostLimit {
  readonly #lift: () => void;
  /** Milliseconds, monotonic; the host's comes a little later. */
  #until = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(lift: () => void) {
    this.#lift = lift;
  }

  /** A job goes out. Seconds to limit the host to, 0 where the limit that it has is late enough; both count from `now`. */
  jobStarts(deadline: number, now: number): number {
    clearTimeout(this.#timer);
    if (now + deadline * 1000 <= this.#until) return 0;
    const limit = Math.ceil(deadline) + SPARE;
    this.#until = now + limit * 1000;
    return limit;
  }

  /** @param killed with it, the host has ended its limit */
  jobEnds(killed: boolean, now: number): void {
    if (killed) this.#until = 0;
    else if (this.#until > now) this.#timer = setTimeout(() => this.#liftNow(), this.#until - now - NOTICE).unref();
  }

  #liftNow(): void {
    this.#until = 0;
    this.#lift();
  }
}
