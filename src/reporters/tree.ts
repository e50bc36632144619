import type { RunEvent } from '../core/event.ts';
import { Board } from './board.ts';
import { closingLines, frame, type View } from './frame.ts';
import { LiveBlock } from './live-block.ts';
import { needsALook } from './recap.ts';
import type { Output, Reporter, ReporterOptions } from './reporter.ts';
import { planLines } from './rollout-lines.ts';
import { Sink } from './sink.ts';
import { createStyle, type Style } from './style.ts';
import { Summary } from './summary.ts';
import type { Ticker } from './ticker.ts';
import { startedLine } from './wording.ts';

/** Slow enough for a terminal over a bad line, fast enough to look alive. */
const TICK_MS = 200;

/** A live picture of the play at work; a line for each play that is over; the summary at the end. */
export class TreeReporter implements Reporter {
  readonly #sink: Sink;
  readonly #output: Output;
  readonly #options: ReporterOptions;
  readonly #ticker: Ticker;
  readonly #style: Style;
  readonly #summary = new Summary();
  /** Plays follow each other on the screen as in the run. */
  #shown: Promise<void> = Promise.resolve();
  #play: LivePlay | undefined;

  constructor(output: Output, options: ReporterOptions, ticker: Ticker) {
    this.#sink = new Sink(output);
    this.#output = output;
    this.#options = options;
    this.#ticker = ticker;
    this.#style = createStyle(output.color);
  }

  event(event: RunEvent): void {
    this.#summary.add(event);
    switch (event.type) {
      case 'run.started':
        this.#sink.lines([this.#style.dim(startedLine(event))]);
        break;
      case 'rollout.planned':
        this.#sink.lines(planLines(event, this.#view().columns));
        break;
      case 'play.started':
        this.#closePlay();
        this.#openPlay(new Board(event.play, event.hosts, event.steps, Date.parse(event.at)));
        break;
      case 'run.finished':
        this.#closePlay();
        break;
      default:
        // A rollback has hosts at work but no play; which ones shows as they begin.
        if (!this.#play && 'host' in event) this.#openPlay(new Board('Rollback', [], 0, Date.parse(event.at)));
        this.#play?.board.add(event);
    }
  }

  async end(): Promise<void> {
    this.#closePlay();
    try {
      await this.#shown;
    } finally {
      await this.#tellSummary();
    }
  }

  async #tellSummary(): Promise<void> {
    const { columns } = this.#view();
    const { closing } = this.#options;
    const lines =
      closing?.(this.#style, columns) ?? (await this.#summary.lines({ ...this.#options, columns }, this.#style));
    this.#sink.lines(lines.length === 0 ? [] : ['', ...lines]);
    await this.#sink.flush();
  }

  #openPlay(board: Board): void {
    const play = new LivePlay(board, () => this.#view());
    this.#play = play;
    this.#shown = this.#shown.then(() => play.show(this.#sink, this.#ticker, this.#style));
    this.#shown.catch(() => {}); // A fault of the picture must not end the run; end() tells it.
  }

  #closePlay(): void {
    this.#play?.over();
    this.#play = undefined;
  }

  #view(): View {
    const { stdout } = this.#output;
    const columns = stdout.columns ?? this.#output.columns;
    // Two columns are listr2's icon; the last one stays free, for some terminals wrap there. Two rows are the shell's.
    return {
      now: this.#ticker.now(),
      columns: Math.max(20, columns - 3),
      rows: Math.max(3, (stdout.rows ?? 24) - 2),
      mode: this.#summary.mode,
      style: this.#style,
    };
  }
}

/** A play from its first event until its last line stands on the screen. */
class LivePlay {
  readonly board: Board;
  readonly #view: () => View;
  readonly #isOver: Promise<View>;
  #over: (view: View) => void = () => {};

  constructor(board: Board, view: () => View) {
    this.board = board;
    this.#view = view;
    this.#isOver = new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  over(): void {
    this.#over(this.#view());
  }

  async show(sink: Sink, ticker: Ticker, style: Style): Promise<void> {
    const picture = () => frame(this.board, this.#view());
    const block = new LiveBlock(picture(), sink, style);
    let fault: { error: unknown } | undefined;
    const stop = ticker.every(TICK_MS, () => {
      try {
        if (!fault) block.draw(picture());
      } catch (error) {
        fault = { error };
      }
    });
    const last = await this.#isOver;
    stop();
    await block.end(closingLines(this.board, last), this.board.recap().outcomes.some(needsALook));
    if (fault) throw fault.error;
  }
}
