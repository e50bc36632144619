import type { Clock } from '../core/clock.ts';
import type { NewEvent, RunEvent } from '../core/event.ts';
import type { HostLog } from '../core/host-log.ts';

/** Where a run's events go. Both get every event, in the same order; the journal first. */
export interface Sinks {
  /** Resolves once the event is recorded as durably as its kind demands; rejects where it could not be. */
  readonly journal: (event: RunEvent) => Promise<void>;
  /** For people and programs that watch. */
  readonly report: (event: RunEvent) => void;
  /** An event as the journal has it, without secrets; left out: as it is. */
  readonly recorded?: (event: RunEvent) => RunEvent;
  /** What the hosts keep themselves; undefined: nothing, for nothing is changed. */
  readonly hosts: HostLog | undefined;
}

/** A dry run touches nothing, so it may leave no journal. */
export const noJournal = async (): Promise<void> => {};

/** The journal took no more: no host may be touched any longer. */
export class JournalFailure extends Error {
  override readonly name = 'JournalFailure';
}

/** Stamps events and hands them on. Only what precedes a touch of a host can fail here. */
export class EventStream {
  readonly #sinks: Sinks;
  readonly #clock: Clock;
  #journalFailure: JournalFailure | undefined;
  #reportFailure: { readonly error: unknown } | undefined;

  constructor(sinks: Sinks, clock: Clock) {
    this.#sinks = sinks;
    this.#clock = clock;
  }

  get hosts(): HostLog | undefined {
    return this.#sinks.hosts;
  }

  /** Set once the journal has failed. */
  get journalFailure(): JournalFailure | undefined {
    return this.#journalFailure;
  }

  /** Whether the journal has a change without what its undo needs, because that held a secret. */
  isScrubbed(event: RunEvent): boolean {
    const recorded = event.type === 'change.applying' ? this.#sinks.recorded?.(event) : undefined;
    return recorded?.type === 'change.applying' && recorded.scrubbed === true;
  }

  /** For what comes before a host is touched: resolves only once it is recorded. @throws JournalFailure */
  async commit<E extends NewEvent>(event: E): Promise<E & { readonly at: string }> {
    const stamped = { at: this.#now(), ...event };
    await this.#record(stamped as RunEvent);
    if (this.#journalFailure !== undefined) throw this.#journalFailure;
    this.#show(stamped as RunEvent);
    return stamped;
  }

  /** For what has happened: people hear of it even where the journal can't. Never rejects. */
  async tell(event: NewEvent): Promise<void> {
    const stamped = { at: this.#now(), ...event };
    await this.#record(stamped);
    this.#show(stamped);
  }

  /** @throws what a reporter threw: a run goes on without its reporter, but the fault is not hidden. */
  rethrowReportFailure(): void {
    if (this.#reportFailure !== undefined) throw this.#reportFailure.error;
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  async #record(event: RunEvent): Promise<void> {
    // A journal with a hole in it would lie: after one failure nothing more is written.
    if (this.#journalFailure !== undefined) return;
    try {
      await this.#sinks.journal(event);
    } catch (cause) {
      this.#journalFailure ??= new JournalFailure(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  #show(event: RunEvent): void {
    if (this.#reportFailure !== undefined) return;
    try {
      this.#sinks.report(event);
    } catch (error) {
      this.#reportFailure = { error };
    }
  }
}
