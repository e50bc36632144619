import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SETUP = fileURLToPath(new URL('scan-host.sh', import.meta.url));
const OWN = ['-m', '--propagation', 'private', '-p', '-f', '--mount-proc', '--kill-child'];

export interface Size {
  readonly namespaces: number;
  readonly mounts: number;
  /** In each namespace. */
  readonly processes: number;
}

/** A host of processes in mount namespaces, in a pid and mount namespace of its own. Needs root. */
export class ScanHost {
  /** docker's data root. */
  readonly root: string;
  /** Inode of the namespace in which dockerd would be. */
  readonly namespace: string;
  readonly #child: ChildProcess;
  readonly #init: string;

  private constructor(child: ChildProcess, [root = '', namespace = '']: readonly string[]) {
    this.#child = child;
    this.#init = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
    this.root = root;
    this.namespace = namespace;
  }

  /** @throws where this user can't make namespaces or mounts. */
  static async boot({ namespaces, mounts, processes }: Size): Promise<ScanHost> {
    const argv = [...OWN, 'sh', SETUP, ...[namespaces, processes, mounts].map(String)];
    const child = spawn('unshare', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), once(child, 'exit')]);
    const [word, ...facts] = String(line).split(' ');
    if (word !== 'ready') throw new Error('unshare, mount and root are needed to make a host for this measurement');
    return new ScanHost(child, facts);
  }

  /** Runs a program in it; what it prints goes through a pipe: grep stops early where its output is /dev/null. */
  run(argv: readonly string[]): string {
    const { stdout, error } = spawnSync('nsenter', ['-t', this.#init, '-m', '-p', '--', ...argv], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (error) throw error;
    return stdout;
  }

  async close(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exit;
  }
}
