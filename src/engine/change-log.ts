import type { HostLog } from '../core/host-log.ts';
import { type ChangeEvent, type ChangeRecord, changesAfter } from '../core/run-record.ts';
import type { EventStream } from './event-stream.ts';
import type { HostMachine } from './host-machine.ts';

/** One host's changes, always as the journal tells them: an event goes out and is folded in, in one call. */
export class ChangeLog {
  readonly #stream: EventStream;
  /** Which machine the host must be; undefined: whatever it is. */
  readonly machine: HostMachine | undefined;
  #records: readonly ChangeRecord[];
  /** Numbers of changes that only this process can still take back. */
  readonly #scrubbed = new Set<number>();
  /** Seconds after a change in which the host must be confirmed, or it takes the run back itself; 0: it is not armed. */
  armed = 0;
  /** Seconds, as the play that the host is in has set them; undefined: it says nothing. */
  confirmWithin: number | undefined;

  constructor(stream: EventStream, records: readonly ChangeRecord[] = [], machine?: HostMachine) {
    this.#stream = stream;
    this.machine = machine;
    this.#records = records;
  }

  /** In the order in which they were applied. */
  get records(): readonly ChangeRecord[] {
    return this.#records;
  }

  /** The same, as a later rollback will read them in the journal. */
  get recorded(): readonly ChangeRecord[] {
    return this.#records.map((record) => (this.#scrubbed.has(record.seq) ? { ...record, scrubbed: true } : record));
  }

  /** The host's own journal; undefined: it keeps none. */
  get host(): HostLog | undefined {
    return this.#stream.hosts;
  }

  /** For what comes before a touch. @throws JournalFailure where it could not be made durable: don't touch the host. */
  async commit<E extends ChangeEvent>(event: E): Promise<E & { readonly at: string }> {
    const stamped = await this.#stream.commit(event);
    if (this.#stream.isScrubbed(stamped)) this.#scrubbed.add(stamped.seq);
    this.#records = changesAfter(this.#records, event);
    return stamped;
  }

  /** For what has happened. Never rejects. */
  async tell(event: ChangeEvent): Promise<void> {
    this.#records = changesAfter(this.#records, event);
    await this.#stream.tell(event);
  }
}
