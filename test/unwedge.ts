import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EventOf, RunEvent } from '../src/core/event.ts';

export const packageRoot = fileURLToPath(new URL('../', import.meta.url));

/** The built command; test/global-setup.ts has built it of today's sources. */
export const program = `${packageRoot}dist/cli/main.cjs`;

/** Where and how the command is called. */
export interface Surroundings {
  readonly cwd?: string;
  /** Besides the environment of the tests; undefined takes a variable out. */
  readonly env?: NodeJS.ProcessEnv;
  /** The argv of a program that the command is called below, such as a shell that sets limits. */
  readonly below?: readonly string[];
  /** That program takes the command as one text, with an argument after it: `script -c`. */
  readonly asText?: boolean;
  /** For its standard input, which ends then; without it, it stays open until the command has ended. */
  readonly stdin?: string;
  /** Gets each event of --output json as it comes. */
  readonly onEvent?: (event: RunEvent, call: Call) => void;
}

/** What a call of the command printed, and how it ended. */
export interface Told {
  /** The exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of --output json. */
  readonly events: readonly RunEvent[];
}

/** Calls the built command and waits for its end. Not synchronous: this process may answer as the hosts' SSH servers. */
export const unwedge = (argv: readonly string[], surroundings: Surroundings = {}): Promise<Told> =>
  new Call(argv, { stdin: '', ...surroundings }).told();

/** A call of the command that is under way. */
export class Call {
  readonly events: RunEvent[] = [];
  stdout = '';
  stderr = '';
  readonly ended: Promise<number>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #onEvent: Surroundings['onEvent'];
  #waiting: (() => void)[] = [];

  constructor(argv: readonly string[], surroundings: Surroundings = {}) {
    this.#child = start([process.execPath, program, ...argv], surroundings);
    this.#onEvent = surroundings.onEvent;
    this.ended = this.#read();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  ofType<Type extends RunEvent['type']>(type: Type): readonly EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** host → status, as the recap has it. */
  get statuses(): Record<string, string> {
    return Object.fromEntries(
      this.ofType('run.finished').flatMap(({ recap }) => recap.outcomes.map(({ host, status }) => [host, status])),
    );
  }

  get run(): string {
    return this.ofType('run.started')[0]?.run ?? '';
  }

  async told(): Promise<Told> {
    return { code: await this.ended, stdout: this.stdout, stderr: this.stderr, events: this.events };
  }

  /** Resolves with the first event that is so. @throws Error where the command ends without one */
  async until(isIt: (event: RunEvent) => boolean): Promise<RunEvent> {
    let open = true;
    void this.ended.then(() => {
      open = false;
    });
    for (;;) {
      const found = this.events.find(isIt);
      if (found !== undefined) return found;
      if (!open) throw new Error(`the command has ended without that event: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  async #read(): Promise<number> {
    const { stdout, stderr, stdin } = this.#child;
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    const lines = createInterface({ input: stdout }).on('line', (line) => this.#take(line));
    const [[code, signal]] = await Promise.all([once(this.#child, 'close'), once(lines, 'close')]);
    stdin.destroy();
    this.#wake();
    return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
  }

  #take(line: string): void {
    // Other commands print JSON, too, on one line or on many.
    if (/^\{.*"type":"[a-z-]+\.[a-z-]+".*\}$/.test(line)) {
      const event: RunEvent = JSON.parse(line);
      this.events.push(event);
      this.#onEvent?.(event, this);
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function start(command: readonly string[], { cwd, env, below = [], asText, stdin }: Surroundings) {
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const [file = '', ...args] = asText ? [...below, words, '/dev/null'] : [...below, ...command];
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env } });
  child.stdin.on('error', () => {}); // it may not want it
  if (stdin !== undefined) child.stdin.end(stdin);
  return child;
}
