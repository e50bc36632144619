import { Writable } from 'node:stream';
import { displayWidth } from '../../src/reporters/display-width.ts';

/** A terminal of `columns` × `rows`, as far as our output uses one. What it does not know, it refuses. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  /** Lines that were too long and went on in the next one. */
  readonly wrapped: string[] = [];
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  /** All that is on it and that has scrolled out of it. */
  get text(): string {
    return this.#lines.join('\n');
  }

  /** The last line that has text. */
  get lines(): string[] {
    return this.text.trimEnd().split('\n');
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    try {
      for (const [token] of chunk.toString().matchAll(/\u001b\[[0-9;?]*[A-Za-z]|\n|[^\u001b\n]+|\u001b/g))
        this.#take(token);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #take(token: string): void {
    if (token === '\n') this.#moveTo(this.#row + 1, 0);
    else if (token === '\u001b[2K') this.#lines[this.#row] = '';
    else if (token === '\u001b[G') this.#column = 0;
    else if (token === '\u001b[1A') this.#moveTo(Math.max(this.#row - 1, this.#top), this.#column);
    else if (/^\u001b\[\d+m$/.test(token)) return;
    else if (token.startsWith('\u001b')) throw new Error(`unknown sequence ${JSON.stringify(token)}`);
    else this.#print(token);
  }

  get #top(): number {
    return Math.max(0, this.#lines.length - this.rows);
  }

  #moveTo(row: number, column: number): void {
    this.#row = row;
    this.#column = column;
    while (this.#lines.length <= row) this.#lines.push('');
  }

  #print(text: string): void {
    if (this.#column + displayWidth(text) > this.columns) this.wrapped.push(text);
    const line = this.#lines[this.#row] ?? '';
    this.#lines[this.#row] = line.slice(0, this.#column) + text + line.slice(this.#column + text.length);
    this.#column += text.length;
  }
}
