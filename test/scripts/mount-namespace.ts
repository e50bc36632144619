import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe } from 'vitest';

const obstacle = findObstacle();

function findObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  const { status } = spawnSync('unshare', ['-m', '--propagation', 'private', 'mount', '-t', 'tmpfs', 'x', '/mnt']);
  return status === 0 ? undefined : 'unshare -m and mount do not work here';
}

/** A suite that mounts in private mount namespaces; where that can't be done it is skipped and says why. */
export const describeWithMounts = (title: string, suite: () => void): void => {
  describe.skipIf(obstacle !== undefined)(obstacle === undefined ? title : `${title}: skipped, ${obstacle}`, suite);
};

/** A process that keeps a mount namespace of its own; what it mounts, nobody else sees. */
export class Holder {
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
  }

  /**
   * Runs `setup`, a sh program with `args` as $1, $2, …, in a copy of a namespace (that of process `of`, or ours),
   * then sleeps there until close(). `setup` may leave processes in the background: they end with it.
   */
  static async open(setup: string, args: readonly string[], of?: Holder): Promise<Holder> {
    const enter = of ? ['nsenter', '-t', String(of.pid), '-m', '--'] : [];
    const program = `set -e\n${setup}\necho ready\nexec sleep 1000`;
    const argv = [...enter, 'unshare', '-m', '--propagation', 'private', 'sh', '-c', program, 'sh', ...args];
    const child = spawn('env', argv, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    const ready = once(createInterface({ input: child.stdout }), 'line');
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the holder ended: ${code}`)));
    await Promise.race([ready, ended]);
    ended.catch(() => {});
    if (child.pid === undefined) throw new Error('the holder has no pid');
    return new Holder(child, child.pid);
  }

  /** Ends it and what it left in the background; its mounts go with it. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    process.kill(-this.pid, 'SIGKILL');
    await exit;
  }

  /** `4026531841` */
  get inode(): string {
    return inodeOf(this.pid);
  }

  /** Field 22 of stat. */
  get start(): string {
    return statFields(this.pid)[19] ?? '';
  }

  get mountinfo(): string[] {
    return mountinfoOf(this.pid);
  }

  /** The line of mountinfo whose mountpoint is this, as the kernel writes it. */
  lineOf(mountpoint: string): string | undefined {
    return this.mountinfo.findLast((line) => line.split(' ')[4] === kernelText(mountpoint));
  }
}

export const inodeOf = (pid: number): string => readlinkSync(`/proc/${pid}/ns/mnt`).replace(/\D/g, '');
export const mountinfoOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/mountinfo`, 'utf8').trimEnd().split('\n');
/** The fields of stat from the third on: the second may hold anything. */
export const statFields = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];

/** A path as the kernel writes it in mountinfo: octal for backslash, space, tab and newline. */
export const kernelText = (path: string): string =>
  path.replace(/[\\ \t\n]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
