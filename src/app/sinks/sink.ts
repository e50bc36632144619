import type { RunEvent } from '../../core/event.ts';

/** Takes the events of one run as they happen, without secrets, and makes something of them. Never throws. */
export interface Sink {
  /** Nothing keeps the run from beginning any more. */
  begin?(run: string): void;
  event(event: RunEvent): void;
  /** The run is over, or was cut short. */
  end?(): Promise<void>;
}
