import type { RunEvent } from '../core/event.ts';
import type { Output, Reporter } from './reporter.ts';
import { Sink } from './sink.ts';

/** One event a line, as it is. */
export class JsonReporter implements Reporter {
  readonly #sink: Sink;

  constructor(output: Output) {
    this.#sink = new Sink(output);
  }

  event(event: RunEvent): void {
    this.#sink.lines([jsonLine(event)]);
  }

  end(): Promise<void> {
    return this.#sink.flush();
  }
}

// JSON.stringify escapes C0 only; the rest of what steers a terminal or breaks a line is escaped here, losslessly.
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export const jsonLine = (event: RunEvent): string =>
  JSON.stringify(event).replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
