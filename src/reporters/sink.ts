import type { Output } from './reporter.ts';

/**
 * Where a reporter writes lines. A reader that goes away (`| head`, a closed terminal, a full disk)
 * must not end a run on production hosts: what follows is dropped, the journal has it.
 */
export class Sink {
  readonly #stdout: NodeJS.WritableStream;
  #broken = false;

  constructor({ stdout, stderr }: Pick<Output, 'stdout' | 'stderr'>) {
    this.#stdout = stdout;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#broken) return;
      this.#broken = true;
      // EPIPE is a reader who has seen enough; anything else is news.
      if (error.code !== 'EPIPE') stderr.write(`unwedge: output lost (${error.message}); the journal has it all\n`);
    });
  }

  write(text: string): void {
    if (!this.#broken) this.#stdout.write(text);
  }

  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.write(`${lines.join('\n')}\n`);
  }

  /** Resolves when all is handed over, so that an exit loses nothing. */
  async flush(): Promise<void> {
    if (!this.#broken) await new Promise<void>((resolve) => this.#stdout.write('', () => resolve()));
  }
}
