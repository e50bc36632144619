import { DefaultRenderer, ListrDefaultRendererLogLevels as Level, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Sink } from './sink.ts';
import type { Style } from './style.ts';

const coloured =
  (colour: (text: string) => string) =>
  (icon = ''): string =>
    colour(icon);

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Our lines fit the screen already; listr2 would wrap them by the width of process.stdout. */
class FittedRenderer extends DefaultRenderer {
  // The caller decided that this is a terminal.
  static override nonTTY = true;

  protected override format(message: string, icon: string): string[] {
    return message.split('\n').map((line, i) => `${i === 0 ? icon : ' '} ${line}`);
  }
}

/**
 * One block of lines at the bottom of a terminal, redrawn in place, that leaves a line or two that stay:
 * a listr2 task whose title is the whole block.
 */
export class LiveBlock {
  readonly #ended: Promise<unknown>;
  #title: string;
  #redraw: (() => void) | undefined;
  #finish: (failed: boolean) => void = () => {};
  #frames = 0;

  constructor(lines: readonly string[], sink: Sink, style: Style) {
    this.#title = lines.join('\n');
    const finished = new Promise<boolean>((resolve) => {
      this.#finish = resolve;
    });
    const list = new Listr(
      [
        {
          title: this.#title,
          task: async (_, task) => {
            this.#redraw = () => {
              task.title = this.#title;
            };
            this.#redraw();
            if (await finished) throw new Error(this.#title); // How listr2 is told of a failure; it shows the message.
          },
        },
      ],
      {
        renderer: FittedRenderer,
        rendererOptions: {
          lazy: true, // One redraw a tick, ours; listr2's spinner would add its own.
          logger: new ListrLogger({ processOutput: new Terminal(sink) }),
          icon: {
            [Level.PENDING]: () => SPINNER[this.#frames++ % SPINNER.length] ?? '',
          },
          color: {
            [Level.WAITING]: coloured(style.dim),
            [Level.PENDING]: coloured(style.yellow),
            [Level.COMPLETED]: coloured(style.green),
            [Level.FAILED]: coloured(style.red),
          },
        },
        registerSignalListeners: false, // The runner owns Ctrl-C.
        exitOnError: false,
      },
    );
    this.#ended = list.run();
  }

  draw(lines: readonly string[]): void {
    this.#title = lines.join('\n');
    this.#redraw?.();
  }

  /** Replaces the block by lines that stay. */
  async end(lines: readonly string[], failed: boolean): Promise<void> {
    this.draw(lines);
    this.#finish(failed);
    await this.#ended;
  }
}

/**
 * listr2 would take over `write` of the process's streams and hide the cursor, and would leave it hidden where the
 * process dies. Without that, log-update below it still hides the cursor, and shows it again however the process ends.
 */
class Terminal extends ProcessOutput {
  constructor(sink: Sink) {
    // All that log-update asks of a stream; without limits it leaves our lines as they are.
    const stream = { isTTY: true, columns: Infinity, rows: Infinity, write: (text: string) => sink.write(text) };
    super(stream as unknown as NodeJS.WriteStream, stream as unknown as NodeJS.WriteStream);
  }

  override hijack(): void {}
  override release(): void {}
}
