import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../../src/core/session.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { ordinaryUser } from '../sim/available.ts';

const HERE = fileURLToPath(new URL('host', import.meta.url));
const DOUBLES = fileURLToPath(new URL('../sim/docker', import.meta.url));
/** As whom a host is made: root of the machine is not root of a host, as test/sim has it. */
const { uid } = ordinaryUser;
const AS_USER = uid === undefined ? '' : `setpriv --reuid=${uid} --regid=${uid} --clear-groups `;
const NAMESPACES = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--uts', '--ipc'];

/** In the place of ssh: enters the host whose init is the address, then runs the remote command line as sshd would. */
const SSH = `#!/bin/sh
for command; do pid=$address address=$command; done
exec ${AS_USER}nsenter -t "$pid" --preserve-credentials -U -m -p -u -i -- env -i HOME=/root PATH=/usr/local/bin:/usr/bin:/bin sh -c "$command"
`;

/** A host of its own namespaces; all that is asked of it here is asked of the kernel, through /proc of its first process. */
export class Host {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #directory: string;
  readonly init: number;
  stderr = '';

  private constructor(child: ChildProcess, lines: Interface, init: number, directory: string) {
    this.#child = child;
    this.#lines = lines;
    this.init = init;
    this.#directory = directory;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  static async boot(): Promise<Host> {
    const directory = mkdtempSync(`${tmpdir()}/unwedge-harm-`);
    mkdirSync(`${directory}/root`);
    mkdirSync(`${directory}/bin`);
    writeFileSync(`${directory}/bin/ssh`, SSH);
    chmodSync(`${directory}/bin/ssh`, 0o755);
    const here = `${directory}/host`;
    cpSync(HERE, here, { recursive: true });
    for (const name of ['template.awk', 'places.awk']) cpSync(`${DOUBLES}/${name}`, `${here}/${name}`);
    // That other user has to come in.
    chmodSync(directory, 0o755);
    const argv = [...NAMESPACES, 'sh', `${here}/boot.sh`, here, `${directory}/root`];
    const child = spawn('unshare', argv, { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', ...ordinaryUser });
    const lines = createInterface({ input: child.stdout });
    let [said, init] = ['', 0];
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    return new Promise<Host>((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('init ')) init = Number(line.slice(5));
        if (line === 'up') resolve(new Host(child, lines, init, directory));
      });
      child.once('exit', (code) => reject(new Error(`the host did not boot (exit code ${code}): ${said}`)));
    });
  }

  /** Plays a program of host/world.sh's words, as the host's root. */
  async play(program: string): Promise<void> {
    const bytes = Buffer.from(`${program}\n`);
    await new Promise<void>((resolve, reject) => {
      this.#lines.once('line', () => resolve());
      this.#child.once('exit', () => reject(new Error(`the host ended: ${this.stderr}`)));
      this.#child.stdin?.write(Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]));
    });
  }

  /** The real agent, started in the host's namespaces. */
  connect(): Promise<Connection> {
    const options = {
      name: 'host',
      kind: 'ssh',
      address: String(this.init),
      port: undefined,
      user: undefined,
    } as const;
    const more = { privateKey: undefined, sshArgs: [], connectTimeout: 30, become: undefined };
    return openConnection(
      { ...options, ...more },
      { ...process.env, PATH: `${this.#directory}/bin:${process.env.PATH}` },
    );
  }

  /** A path of the host's, from outside. */
  path(path: string): string {
    return `/proc/${this.init}/root${path}`;
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'latin1');
  }

  list(path: string): string[] {
    return readdirSync(this.path(path));
  }

  /** Pids as the host counts them. */
  pids(): number[] {
    return readdirSync(this.path('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin?.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await ended;
    rmSync(this.#directory, { recursive: true });
  }
}
