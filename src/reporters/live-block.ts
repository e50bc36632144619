import { DefaultRenderer, ListrDefaultRendererLogLevels as Level, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Sink } from './sink.ts';
import type { Style } from './style.ts';

/** The room that a terminal has. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

const coloured =
  (colour: (text: string) => string) =>
  (icon = ''): string =>
    colour(icon);

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Our lines fit already, by the width that the caller gave; listr2's own wrapping would go by process.stdout. */
class FittedRenderer extends DefaultRenderer {
  // The caller decided that this is a terminal.
  static override nonTTY = true;

  protected override format(message: string, icon: string): string[] {
    return message.split('\n').map((line, i) => `${i === 0 ? icon : ' '} ${line}`);
  }
}

/**
 * One block of lines at the bottom of a terminal, redrawn in place, that ends as one line that stays:
 * a listr2 task whose title is the whole block.
 */
export class LiveBlock {
  readonly #ended: Promise<unknown>;
  #title = '…';
  #redraw: (() => void) | undefined;
  #finish: (failed: boolean) => void = () => {};
  #frames = 0;

  constructor(sink: Sink, screen: Screen, style: Style) {
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
          logger: new ListrLogger({ processOutput: terminal(sink, screen) }),
          icon: {
            [Level.PENDING]: () => SPINNER[this.#frames++ % SPINNER.length] ?? '',
          },
          color: {
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

  /** Replaces the block by one line that stays. */
  async end(line: string, failed: boolean): Promise<void> {
    this.draw([line]);
    this.#finish(failed);
    await this.#ended;
  }
}

/**
 * listr2 takes over the `write` of the streams it gets, and a process that dies meanwhile could not show the
 * cursor again; so it gets stand-ins.
 */
function terminal(sink: Sink, { columns, rows }: Screen): ProcessOutput {
  const stream = () =>
    ({
      isTTY: true,
      columns,
      rows,
      write: (text: string) => sink.write(text),
    }) as unknown as NodeJS.WriteStream;
  return new ProcessOutput(stream(), stream());
}
