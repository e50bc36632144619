import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

const here = import.meta.dirname;
const script = join(here, 'lab.sh');

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What a scenario says about the host it has wedged; lists are separated by blanks (see wedge.sh). */
export type Facts = Readonly<Record<string, string>>;

/** Why the lab can't run on this machine, in one line; undefined when it can. May install Debian packages on its first call. */
export function labAvailable(): string | undefined {
  const check = spawnSync('bash', [script, 'check'], { encoding: 'utf8' });
  return check.status === 0 ? undefined : check.stdout.trim() || check.error?.message || 'lab.sh check failed';
}

/**
 * Boots real hosts host1 … hostN: 4 s, and a minute more the first time on a machine.
 * @param name one lab for each test file, so that files can run side by side; never the lab that `npm run lab` uses by hand.
 */
export async function labUp(hosts: number, name: string): Promise<Lab> {
  const checkout = createHash('sha256').update(here).digest('hex').slice(0, 8);
  const id = `${checkout}-${name}`;
  succeeded(await run(id, ['up', String(hosts)]));
  return new Lab(id, keyValues(succeeded(await run(id, ['env']))));
}

/** A fleet that is up. Every method rejects with what lab.sh said when it failed; only `exec` returns the exit code instead. */
export class Lab {
  readonly id: string;
  readonly dir: string;
  readonly inventory: string;
  readonly key: string;
  readonly knownHosts: string;
  readonly sshConfig: string;
  readonly hosts: readonly string[];
  readonly #env: Facts;

  constructor(id: string, env: Facts) {
    this.id = id;
    this.#env = env;
    this.dir = known(env, 'LAB_DIR');
    this.inventory = known(env, 'INVENTORY');
    this.key = known(env, 'KEY');
    this.knownHosts = known(env, 'KNOWN_HOSTS');
    this.sshConfig = known(env, 'SSH_CONFIG');
    this.hosts = known(env, 'HOSTS').split(' ');
  }

  address(host: string): string {
    return known(this.#env, `${host}_ADDRESS`);
  }

  /** Its process 1, as the machine counts. */
  leader(host: string): string {
    return known(this.#env, `${host}_LEADER`);
  }

  dockerRoot(host: string): string {
    return known(this.#env, `${host}_DOCKER_ROOT`);
  }

  /** Wedges a host that is clean; rejects when the host did not end up wedged. */
  async wedge(scenario: string, host: string): Promise<Facts> {
    return keyValues(succeeded(await run(this.id, ['wedge', scenario, host])));
  }

  async reset(host: string): Promise<void> {
    succeeded(await run(this.id, ['reset', host]));
  }

  /** Everything that a dry run must not change, as text; equal twice in a row on an idle host. */
  async snapshot(host: string): Promise<string> {
    return withoutNetworks(withoutSwitch(succeeded(await run(this.id, ['snapshot', host]))));
  }

  /** Runs as root over ssh: a string by the login shell (bash), a list as words that no shell touches. */
  exec(host: string, command: string | readonly string[]): Promise<Finished> {
    return run(this.id, ['ssh', host, typeof command === 'string' ? command : command.map(quoted).join(' ')]);
  }

  async down(): Promise<void> {
    succeeded(await run(this.id, ['down']));
  }
}

/** Every holder's mounts of one container, as `grep` finds them in all processes of a host: `PID:mountinfo line`. */
export async function mountsOf(lab: Lab, host: string, container: string): Promise<readonly string[]> {
  const found = await lab.exec(host, `grep -s "/containers/${container}/mounts/shm " /proc/[0-9]*/mountinfo`);
  return found.stdout.split('\n').filter((line) => line !== '');
}

function run(id: string, args: readonly string[]): Promise<Finished> {
  const child = spawn('bash', [script, ...args], {
    env: { ...process.env, UNWEDGE_LAB: id },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...output, code: code ?? -1 }));
  });
}

function succeeded(finished: Finished): string {
  if (finished.code !== 0)
    throw new Error(`lab.sh exited with ${finished.code}: ${finished.stderr.trim() || finished.stdout.trim()}`);
  return finished.stdout;
}

function keyValues(text: string): Facts {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function known(facts: Facts, key: string): string {
  const value = facts[key];
  if (value === undefined) throw new Error(`lab.sh printed no ${key}`);
  return value;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Without the dead-man's switch: its watcher ends within 5 s, systemd forgets its unit at the next reload, and where a rollback
 * could not be completed the host is still armed.
 */
export const withoutSwitch = (told: string): string =>
  told
    .replace(/^'[^'\n]*unwedge-(?:watch|boot)-[^'\n]*' .*\n[0-9a-f]{64} {2}-\n/gm, '')
    .replace(/^.*unwedge-(?:watch|boot)-.*\n/gm, '');

/** Without network namespaces: dockerd removes those of containers that have ended by itself, up to a minute later. */
const withoutNetworks = (told: string): string => told.replace(/^.* net:\[\d+\] \S*\/run\/docker\/netns\/.*\n/gm, '');
