import type { Output } from './reporter.ts';

/**
 * Where a reporter writes lines. A reader that goes away (`| head`, a closed terminal, a full disk)
 * must not end a run on production hosts: what follows is dropped, the journal has it. Whoever owns the stream tells.
 */
export class Sink {
  readonly #stdout: NodeJS.WritableStream;
  #broken = false;

  constructor({ stdout }: Pick<Output, 'stdout'>) {
    this.#stdout = stdout;
    stdout.on('error', () => {
      this.#broken = true;
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
