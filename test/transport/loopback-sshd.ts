import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SSHD = '/usr/sbin/sshd';
export const noSshd = existsSync(SSHD) ? undefined : `skipped: no ${SSHD} (Debian: apt-get install openssh-server)`;

export interface Sshd {
  readonly port: number;
  /** Processes that serve a login now. */
  sessions(): number[];
  stop(): Promise<void>;
}

/** Keys, known_hosts and ssh_config of its own, and sshds on 127.0.0.1 that run as this user and know nothing of the machine's configuration. */
export class LoopbackSsh {
  readonly directory = mkdtempSync(join(tmpdir(), 'unwedge-sshd-'));
  readonly #sshds: Sshd[] = [];

  constructor() {
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
    mkdirSync(this.path('home'));
    for (const key of ['host_key', 'other_host_key', 'id']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', this.path(key)]);
    }
    writeFileSync(this.path('authorized_keys'), this.#publicKey('id'));
    writeFileSync(this.path('known_hosts'), '');
    writeFileSync(
      this.path('ssh_config'),
      `UserKnownHostsFile ${this.path('known_hosts')}\nGlobalKnownHostsFile none\nIdentityFile ${this.path('id')}\nIdentitiesOnly yes\nUpdateHostKeys no\n`,
    );
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Words for ssh, so that it reads nothing of the user's. */
  get sshArgs(): string[] {
    return ['-F', this.path('ssh_config')];
  }

  /** @param lines of sshd_config beside the necessary ones; a ForceCommand stands in for a login shell. */
  async start(lines: readonly string[] = []): Promise<Sshd> {
    const port = await freePort();
    const config = this.path(`sshd_config.${port}`);
    const fixed = [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${this.path('host_key')}`,
      `AuthorizedKeysFile ${this.path('authorized_keys')}`,
      // An empty home: a user's own .bashrc is no part of what is tested or measured. Each is a host with a lock of its own.
      `SetEnv HOME=${this.path('home')} UNWEDGE_HOST_DIR=${this.path(`host-${port}`)} UNWEDGE_LOCK=${this.path(`lock-${port}`)}`,
      ...['StrictModes no', 'PidFile none', 'UsePAM no', 'UseDNS no', 'PrintMotd no'],
    ];
    writeFileSync(config, [...fixed, ...lines, ''].join('\n'));
    const sshd = new RunningSshd(
      port,
      spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] }),
    );
    this.#sshds.push(sshd);
    await sshd.listening;
    return sshd;
  }

  /** Makes known_hosts say that this port has that host key. */
  trust(port: number, key: 'host_key' | 'other_host_key' = 'host_key'): void {
    const known = readFileSync(this.path('known_hosts'), 'utf8');
    writeFileSync(this.path('known_hosts'), `${known}[127.0.0.1]:${port} ${this.#publicKey(key)}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sshds.map((sshd) => sshd.stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }

  #publicKey(name: string): string {
    return readFileSync(`${this.path(name)}.pub`, 'utf8');
  }
}

class RunningSshd implements Sshd {
  readonly port: number;
  readonly listening: Promise<void>;
  readonly #process: ChildProcess;

  constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
    const log: string[] = [];
    this.listening = new Promise((resolve, reject) => {
      if (process.stderr === null) return;
      createInterface({ input: process.stderr }).on('line', (line) => {
        log.push(line);
        if (line.startsWith('Server listening')) resolve();
      });
      process.once('exit', () => reject(new Error(`sshd did not start:\n${log.join('\n')}`)));
    });
  }

  sessions(): number[] {
    const { pid } = this.#process;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}
