import { Writable } from 'node:stream';
import type { RunEvent } from '../../core/event.ts';
import { ReportFold } from '../../reports/fold-report.ts';
import { isClean } from '../../reports/is-clean.ts';

/** In the place of standard output: what a reporter says is held back until it is known whether somebody must read it. */
export class Quiet extends Writable {
  readonly #held: Buffer[] = [];
  #fold: ReportFold | undefined;

  hear(event: RunEvent): void {
    if (event.type === 'run.started') this.#fold = new ReportFold(event.mode);
    this.#fold?.add(event);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#held.push(chunk);
    done();
  }

  /** What somebody must read; '' where all is as it should be. A run without a beginning is told as it is. */
  get said(): string {
    return this.#fold !== undefined && isClean(this.#fold.report()) ? '' : Buffer.concat(this.#held).toString();
  }
}
