import { type ChildProcess, spawn } from 'node:child_process';

/** How a process ended; `error` where it could not be started. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: NodeJS.ErrnoException;
}

export interface ProcessListener {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

/** Milliseconds for what others still hold open of a process that has ended (a ProxyCommand keeps ssh's stderr). */
const LAST_WORDS = 1000;
/** Milliseconds from SIGTERM to SIGKILL. */
const KILL_AFTER = 2000;

/** One ssh, or one local sh, for one connection. In a process group of its own: Ctrl-C on the terminal is the runner's to handle. */
export class HostProcess {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  #alive = true;

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const [file = '', ...args] = argv;
    this.#child = spawn(file, args, { stdio: 'pipe', detached: true, env });
    // A write to a process that has gone fails here; `ended` tells why it has.
    this.#child.stdin?.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ code: null, signal: null, error }));
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
      this.#child.once('exit', (code, signal) => {
        this.#alive = false;
        setTimeout(() => resolve({ code, signal }), LAST_WORDS).unref();
      });
    });
  }

  listen(listener: ProcessListener): void {
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]?.removeAllListeners('data').on('data', (chunk: Buffer) => listener[name](chunk));
    }
  }

  write(data: Buffer | string): void {
    this.#child.stdin?.write(data);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  /** Ends the process and what it started here (a ProxyJump's ssh). */
  kill(): void {
    this.#signal('SIGTERM');
    setTimeout(() => this.#signal('SIGKILL'), KILL_AFTER).unref();
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.#alive || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
