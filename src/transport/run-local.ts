import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { causeText } from '../core/cause-text.ts';

/** How a local program ended. */
export interface LocalResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LocalOptions {
  /** For its standard input, which it need not read. */
  readonly input?: string;
  /** Added to our environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder that it runs in; left out: ours. */
  readonly cwd?: string;
  /** It may ask at our terminal, and a Ctrl-C there is for it, too. Usual; false: it has no terminal. */
  readonly terminal?: boolean;
}

/** Milliseconds from its exit until its output is taken as complete, though something that it has started holds it open. */
const GRACE = 500;
/** Bytes; a text of V8's cannot hold twice as many. */
const MOST_OUTPUT = 256 * 1024 * 1024;

/**
 * Runs a program on this machine to its end, by the `/bin/sh` of any system: neither bash nor ps is needed.
 * @param deadline seconds, after which it is killed with what it has started
 * @throws Error where it cannot be started, was killed or was not done at the deadline; an exit code is a result, 127 for
 *   a program that is not there
 */
export async function runLocal(
  argv: readonly string[],
  deadline: number,
  { input = '', env, cwd, terminal = true }: LocalOptions = {},
): Promise<LocalResult> {
  const interpreter = missingInterpreter(argv[0] ?? '');
  if (interpreter !== undefined) throw new Error(`its interpreter ${interpreter} is not on this machine`);
  // Loaded here, for it costs half of node's own start.
  const { $ } = await import('zx/core');
  // A process group of its own is a session of its own, too: it could ask nothing at the terminal.
  const detached = !(terminal && hasTerminal());
  const run = $({
    // Everything is said, for zx takes ZX_… from the environment.
    ...{ shell: '/bin/sh', prefix: '', postfix: '', quote: quoted, preferLocal: false },
    ...{ quiet: true, verbose: false, nothrow: true, detached, timeout: 0 },
    env: { ...process.env, ...env },
    cwd: cwd ?? process.cwd(),
    stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    input,
  })`exec ${argv}`;
  const { child } = run;
  const streams = [child?.stdout, child?.stderr];
  const { exitCode, signal, stdout, stderr, cause } = await new Promise<Awaited<typeof run>>((resolve, reject) => {
    // Not waited for then: one that waits for a dead disk does not end by SIGKILL either.
    const end = (reason: string): void => {
      clearTimeout(timer);
      const left = child?.pid === undefined ? undefined : kill(child.pid, detached);
      for (const stream of streams) stream?.destroy();
      child?.unref();
      reject(new Error(`${reason}, ${left === undefined ? 'so it was ended' : `and it still runs: ${left}`}`));
    };
    const timer = setTimeout(end, deadline * 1000, `not done after ${deadline} s`);
    let size = 0;
    const count = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > MOST_OUTPUT) end(`it printed more than ${MOST_OUTPUT / 1024 / 1024} MiB`);
    };
    for (const stream of streams) stream?.on('data', count);
    child?.stdin?.on('error', () => {}); // It may end without having read.
    child?.once('exit', () => {
      clearTimeout(timer);
      setTimeout(() => streams.map((stream) => stream?.destroy()), GRACE).unref();
    });
    run.then(resolve, reject).finally(() => clearTimeout(timer));
  });
  if (exitCode !== null) return { code: exitCode, stdout, stderr };
  throw new Error(signal === null ? `it could not be started: ${causeText(cause)}` : `ended by ${signal}`, { cause });
}

/** For a POSIX shell; zx's own quoting is bash's. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false; // ENXIO: this process has none.
  }
}

/** A shell calls a script whose interpreter is missing "not found", as if it were the script. */
function missingInterpreter(file: string): string | undefined {
  if (!file.includes('/')) return undefined;
  let opened: number | undefined;
  try {
    opened = openSync(file, 'r');
    const head = Buffer.alloc(256);
    const interpreter = /^#![ \t]*(\/\S+)/.exec(head.toString('utf8', 0, readSync(opened, head)))?.[1];
    return interpreter === undefined || existsSync(interpreter) ? undefined : interpreter;
  } catch {
    return undefined; // What can't be read here, the shell has its words for.
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** Ends a process with what it has started. @returns why it could not be ended, if so */
function kill(pid: number, isGroup: boolean): string | undefined {
  let why: string | undefined;
  for (const one of isGroup ? [-pid] : familyOf(pid))
    try {
      process.kill(one, 'SIGKILL');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // It may have ended in this moment; one that is root's by sudo is not ours to end.
      if (code !== 'ESRCH') why = `pid ${Math.abs(one)} can't be ended (${code})`;
    }
  return why;
}

/** A process and its descendants, as far as the system shows them (/proc is Linux's). */
function familyOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return [pid, ...children.flatMap(familyOf)];
  } catch {
    return [pid];
  }
}
