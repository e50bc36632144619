import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Personality } from './docker/personality.ts';
import { SimHost } from './host.ts';
import { type Fault, newKeyPair, Sshd } from './sshd.ts';

export { simAvailable } from './available.ts';
export type { Facts, Finished, SimHost } from './host.ts';
export type { Fate, Fault } from './sshd.ts';

export interface HostSpec {
  readonly name: string;
  readonly personality: Personality;
}

/** How many hosts boot at a time: more than a laptop has cores gains nothing. */
const AT_A_TIME = 4;

/**
 * Boots simulated hosts, each with an SSH server on a port of 127.0.0.1. They end with this process, however it ends.
 * @throws when one does not come up; none is left then
 */
export async function bootFleet(specs: readonly HostSpec[]): Promise<Fleet> {
  const fleet = new Fleet();
  const left = [...specs];
  const bootSome = async () => {
    for (let spec = left.shift(); spec; spec = left.shift()) await fleet.add(spec);
  };
  const booted = await Promise.allSettled(Array.from({ length: AT_A_TIME }, bootSome));
  const failed = booted.find((result) => result.status === 'rejected');
  if (failed === undefined) return fleet;
  await fleet.close();
  throw failed.reason;
}

/** What hosts run is not in TypeScript. */
const onHosts = (path: string): boolean => !path.endsWith('.ts');

/** Simulated hosts that this process reaches directly, and any ssh client by `inventory`. */
export class Fleet {
  /** Files of this fleet: its keys, known_hosts, inventory and a copy of the hosts' programs. */
  readonly directory = mkdtempSync(join(tmpdir(), 'unwedge-sim-'));
  /** For `unwedge -i`: every host with port, key and known_hosts, in a group of its personality's name (`_` for `.`). */
  readonly inventory = join(this.directory, 'inventory.yaml');
  readonly key = join(this.directory, 'id_ed25519');
  readonly knownHosts = join(this.directory, 'known_hosts');
  /** In the order in which they were asked for. */
  readonly #names: string[] = [];
  readonly #hosts = new Map<string, { host: SimHost; sshd: Sshd }>();
  readonly #userKey = newKeyPair();
  readonly #hostKey = newKeyPair();

  constructor() {
    // The hosts' user may be another than this process's, and the checkout below a home that is closed to it.
    mkdirSync(join(this.directory, 'root'));
    for (const name of ['boot.sh', 'programs', 'docker']) {
      cpSync(join(import.meta.dirname, name), join(this.directory, name), { recursive: true, filter: onHosts });
    }
    execFileSync('chmod', ['-R', 'a+rX', this.directory]);
    writeFileSync(this.key, this.#userKey.private, { mode: 0o600 });
  }

  get hosts(): readonly SimHost[] {
    return this.#names.flatMap((name) => this.#hosts.get(name)?.host ?? []);
  }

  host(name: string): SimHost {
    return this.#at(name).host;
  }

  port(name: string): number {
    return this.#at(name).sshd.port;
  }

  /** From now on; undefined: nothing goes wrong any more. */
  setFault(name: string, fault: Fault | undefined): void {
    this.#at(name).sshd.fault = fault;
  }

  /** The argv of a plain OpenSSH client up to and with the host, for a command to follow. */
  ssh(name: string): readonly string[] {
    return ['ssh', ...this.#sshOptions, '-i', this.key, '-p', String(this.port(name)), 'root@127.0.0.1'];
  }

  async add({ name, personality }: HostSpec): Promise<void> {
    if (this.#names.includes(name)) throw new Error(`this fleet has a host ${name} already`);
    this.#names.push(name);
    const host = await SimHost.boot(this.directory, name, personality);
    this.#hosts.set(name, { host, sshd: await Sshd.start(host, this.#hostKey, this.#userKey) });
    this.#writeInventory();
  }

  /** Ends all hosts and removes the fleet's files. */
  async close(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map(({ sshd }) => sshd.close()));
    await Promise.all(this.hosts.map((host) => host.close()));
    rmSync(this.directory, { recursive: true, force: true });
  }

  #writeInventory(): void {
    const ports = this.hosts.map(({ name }) => this.port(name));
    replace(this.knownHosts, ports.map((port) => `[127.0.0.1]:${port} ${this.#hostKey.public}\n`).join(''));
    const vars = {
      ansible_host: '127.0.0.1',
      ansible_user: 'root',
      ansible_ssh_private_key_file: this.key,
      ansible_ssh_common_args: this.#sshOptions.join(' '),
    };
    const hosts = Object.fromEntries(this.hosts.map(({ name }) => [name, { ansible_port: this.port(name) }]));
    const children: Record<string, { hosts: Record<string, null> }> = {};
    for (const { name, personality } of this.hosts) {
      const group = personality.name.replaceAll('.', '_');
      children[group] = { hosts: { ...children[group]?.hosts, [name]: null } };
    }
    // JSON is YAML.
    replace(this.inventory, `${JSON.stringify({ all: { vars, hosts, children } }, null, 2)}\n`);
  }

  /** Nothing of the user's own configuration, and no key but the fleet's. */
  get #sshOptions(): readonly string[] {
    const options = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${this.knownHosts}`];
    return ['-F', '/dev/null', ...options.flatMap((option) => ['-o', option])];
  }

  #at(name: string): { host: SimHost; sshd: Sshd } {
    const found = this.#hosts.get(name);
    if (found === undefined)
      throw new Error(`this fleet has no host ${name}, but ${[...this.#hosts.keys()].join(', ')}`);
    return found;
  }
}

/** Whole at each moment: a controller may read it meanwhile. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
