import { type ChangeEvent, type ChangeRecord, changesAfter } from '../core/run-record.ts';
import type { EventStream } from './events.ts';

/** One host's changes, always as the journal tells them: an event goes out and is folded in, in one call. */
export class ChangeLog {
  readonly #stream: EventStream;
  #records: readonly ChangeRecord[];

  constructor(stream: EventStream, records: readonly ChangeRecord[] = []) {
    this.#stream = stream;
    this.#records = records;
  }

  /** In the order in which they were applied. */
  get records(): readonly ChangeRecord[] {
    return this.#records;
  }

  /** For what comes before a touch. @throws JournalFailure where it could not be made durable: don't touch the host. */
  async commit(event: ChangeEvent): Promise<void> {
    await this.#stream.commit(event);
    this.#records = changesAfter(this.#records, event);
  }

  /** For what has happened. Never rejects. */
  async tell(event: ChangeEvent): Promise<void> {
    this.#records = changesAfter(this.#records, event);
    await this.#stream.tell(event);
  }
}
