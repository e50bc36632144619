import type { Host } from '../core/inventory.ts';
import type { Connection } from '../core/session.ts';
import { SessionError } from '../core/session.ts';
import type { StopControl } from './stop-control.ts';

/** Opens a connection, as the host's usual user, or as told. Rejects with SessionError. */
export type Connect = (host: Host, become?: boolean) => Promise<Connection>;

/** One host's connection: opened when first needed, kept, and ended at once when the run is stopped hard. */
export class HostLink {
  readonly #open: () => Promise<Connection>;
  readonly #stop: StopControl;
  readonly #stopListening: () => void;
  #opened: Promise<Connection> | undefined;

  constructor(open: () => Promise<Connection>, stop: StopControl) {
    this.#open = open;
    this.#stop = stop;
    this.#stopListening = stop.onRaise((level) => {
      if (level === 2) this.#whenOpen((connection) => connection.cancel());
    });
  }

  /** @throws SessionError where no connection can be opened, or the run was stopped hard. */
  async connection(): Promise<Connection> {
    if (this.#stop.level === 2) throw cancelled(this.#stop);
    this.#opened ??= this.#open();
    return untilStopped(this.#opened, this.#stop);
  }

  /** Gives up a connection that was lost; the next use opens a new one. */
  async reset(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await closed(opened);
  }

  async close(): Promise<void> {
    this.#stopListening();
    const opened = this.#opened;
    // After a hard stop one may still be opening: nobody waits for it, and it is closed when it arrives.
    if (this.#stop.level === 2) this.#whenOpen((connection) => void connection.close());
    else await closed(opened);
  }

  #whenOpen(act: (connection: Connection) => void): void {
    this.#opened?.then(act, () => undefined);
  }
}

const cancelled = (stop: StopControl) => new SessionError('cancelled', `${stop.reason} before it was reached`);

/** A connection that failed to open has nothing to close, and its error was given to whoever asked for it. */
async function closed(opened: Promise<Connection> | undefined): Promise<void> {
  const connection = await opened?.catch(() => undefined);
  await connection?.close();
}

function untilStopped<T>(wanted: Promise<T>, stop: StopControl): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stopListening = stop.onRaise((level) => {
      if (level === 2) reject(cancelled(stop));
    });
    wanted.then(resolve, reject).finally(stopListening);
  });
}
