import type { Clock } from '../core/clock.ts';
import { heldBy, type LockHolder } from '../core/lock.ts';
import { type Connection, SessionError } from '../core/session.ts';
import type { EventStream } from './event-stream.ts';
import type { StopControl } from './stop-control.ts';

/** How a run takes the locks of its hosts. */
export interface LockWish {
  /** `user@controller`, for those that come later. */
  readonly owner: string;
  /** Seconds to wait for another run; 0: not at all. */
  readonly wait: number;
}

export interface LockSurroundings {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly stop: StopControl;
}

/** Milliseconds between two tries. */
const PAUSE = 500;

/** Opens connections that hold their host's lock. */
export class HostLocks {
  readonly #holder: LockHolder;
  readonly #wait: number;
  /** Runs whose jobs, left behind, are waited for as long as it takes: their own deadlines end them. */
  readonly #forebears: readonly string[];
  readonly #around: LockSurroundings;
  /** Hosts on which this run has been at work: whoever holds their lock now came in between. */
  readonly #entered = new Set<string>();

  constructor(run: string, wish: LockWish, around: LockSurroundings, forebears: readonly string[] = []) {
    const since = new Date(around.clock.now()).toISOString();
    this.#holder = { run, owner: wish.owner, since };
    this.#wait = wish.wait;
    this.#forebears = [run, ...forebears];
    this.#around = around;
  }

  /** @throws SessionError; 'locked' where another run holds the lock and nothing was done on the host. The connection is closed then. */
  async open(host: string, connect: () => Promise<Connection>): Promise<Connection> {
    const connection = await connect();
    try {
      await this.#take(host, connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
    this.#entered.add(host);
    return connection;
  }

  async #take(host: string, connection: Connection): Promise<void> {
    const { clock, stop } = this.#around;
    let began: number | undefined;
    for (let tries = 1; ; tries++) {
      const other = await connection.lock(this.#holder);
      if (other === undefined) return;
      began ??= clock.ticks();
      if (stop.level > 0) throw new SessionError('cancelled', `stopped while waiting for ${heldBy(other)}`);
      // The record is that of an earlier run for a moment, while the next one comes in.
      const patient = tries === 1 || this.#forebears.includes(other.run) || clock.ticks() - began < this.#wait * 1000;
      if (!patient) throw this.#refusal(host, other);
      if (tries === 2) await this.#around.stream.tell({ type: 'host.waiting', host, reason: reasonOf(other) });
      await clock.wait(PAUSE);
    }
  }

  #refusal(host: string, other: LockHolder): SessionError {
    const { message } = reasonOf(other);
    if (this.#entered.has(host))
      return new SessionError(
        'unreachable',
        `after the connection was lost, ${message}`,
        'see what that run does there',
      );
    return new SessionError(
      'locked',
      `${message}; nothing was done`,
      'wait for it, or let this run wait: --lock-wait 10m',
    );
  }
}

const reasonOf = (other: LockHolder) => ({ message: `another run is at work on it: ${heldBy(other)}` });
