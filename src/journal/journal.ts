import type { RunEvent } from '../core/event.ts';
import { journalLine } from './journal-line.ts';

/** What a journal is written to. */
export interface JournalFile {
  append(text: string): Promise<void>;
  /** Resolves once all that was appended survives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** True for what must survive the controller's death before anything else happens: the next act touches a host. */
export const mustBeDurable = ({ type }: RunEvent): boolean =>
  type === 'run.started' || type === 'change.applying' || type === 'change.undoing';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Append-only JSON lines, in the order of the calls. Events of many hosts that wait at the same time share one fsync.
 * After a failed write nothing more is written: a journal with a hole in it would lie.
 */
export class Journal {
  readonly path: string;
  readonly #file: JournalFile;
  #lines: string[] = [];
  #waiters: Waiter[] = [];
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(path: string, file: JournalFile) {
    this.path = path;
    this.#file = file;
  }

  /** Resolves at once, or, for an event that must be durable, when it is. @throws Error that names the file and why. */
  async append(event: RunEvent): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#lines.push(journalLine(event));
    const durable = mustBeDurable(event) ? this.#untilDurable() : undefined;
    this.#writing ??= this.#writeAll();
    await durable;
  }

  /** Writes what is left, durably. @throws Error where the journal is not whole. */
  async close(): Promise<void> {
    const durable = this.#failure === undefined ? this.#untilDurable() : undefined;
    this.#writing ??= this.#writeAll();
    try {
      await durable;
      await this.#writing;
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      await this.#file.close();
    }
  }

  #untilDurable(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Until nothing is left to write. Never rejects: whoever waits is told. */
  async #writeAll(): Promise<void> {
    await undefined; // What is appended in the same turn is written together.
    while (this.#lines.length + this.#waiters.length > 0) await this.#writeSome();
    this.#writing = undefined;
  }

  async #writeSome(): Promise<void> {
    const text = this.#lines.join('');
    const waiters = this.#waiters;
    this.#lines = [];
    this.#waiters = [];
    try {
      if (this.#failure !== undefined) throw this.#failure;
      if (text !== '') await this.#file.append(text);
      if (waiters.length > 0) await this.#file.sync();
      for (const { resolve } of waiters) resolve();
    } catch (cause) {
      this.#failure ??= unwritable(this.path, cause);
      for (const { reject } of waiters) reject(this.#failure);
    }
  }
}

const unwritable = (path: string, cause: unknown): Error =>
  new Error(`the journal ${path} can't be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
