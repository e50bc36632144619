import type { RunEvent } from '../core/event.ts';
import { safeJson } from '../core/json-safe.ts';
import type { Output, Reporter } from './reporter.ts';
import { Sink } from './sink.ts';

/** One event a line, as it is. */
export class JsonReporter implements Reporter {
  readonly #sink: Sink;

  constructor(output: Output) {
    this.#sink = new Sink(output);
  }

  event(event: RunEvent): void {
    this.#sink.lines([safeJson(event)]);
  }

  end(): Promise<void> {
    return this.#sink.flush();
  }
}
