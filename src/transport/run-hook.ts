import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { LocalResult } from './run-local.ts';

/** Characters of each stream that are kept: the last ones. */
const KEPT = 64 * 1024;
/** Milliseconds after its end in which what it has said is read. */
const GRACE = 500;

/**
 * Runs a program of the operator's on this machine, which is handed something on standard input and need not read it.
 * @param cwd the folder that it runs in; left out: ours
 * @param deadline seconds, after which it is killed with all that it has started
 * @throws Error where it cannot be started, a signal has ended it, or the deadline passed; an exit code is a result
 */
export async function runHook(
  argv: readonly string[],
  deadline: number,
  {
    input,
    env,
    cwd,
  }: { readonly input: string; readonly env: Readonly<Record<string, string>>; readonly cwd?: string },
): Promise<LocalResult> {
  const [file = '', ...args] = argv;
  // A group of its own: what it has started ends with it, and a Ctrl-C is for us.
  const child = spawn(file, args, { env: { ...process.env, ...env }, detached: true, stdio: 'pipe', cwd });
  const [stdout, stderr] = [kept(child.stdout), kept(child.stderr)];
  // It may end without having read.
  child.stdin.on('error', () => {}).end(input);
  const { code, signal, late } = await ended(child, deadline);
  if (late) throw new Error(`not done after ${deadline} s, so it was ended`);
  if (code === null) throw new Error(`ended by ${signal}`);
  return { code, stdout: stdout(), stderr: stderr() };
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly late: boolean;
}

/** Its exit counts, not that of children which hold its output open. */
function ended(child: ChildProcess, deadline: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let late = false;
    let timer = setTimeout(() => {
      late = true;
      killGroup(child);
    }, deadline * 1000);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      }, GRACE);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, late });
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}

function kept(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-KEPT);
  });
  return () => text;
}
