import { resolve } from 'node:path';
import type { Become, ConnectionOptions } from '../core/connection-options.ts';
import { type InputError, inputError } from '../core/diagnostic.ts';
import type { Host } from '../core/inventory.ts';
import type { Json } from '../core/json.ts';
import { hostNameProblem } from './host-range.ts';
import { shellWords } from './shell-words.ts';

/** The command line's say. Variables of the inventory win over it, as in Ansible. */
export interface ConnectionDefaults {
  /** -u */
  readonly user?: string | undefined;
  /** --private-key */
  readonly privateKey?: string | undefined;
  /** --ssh-common-args, as one string */
  readonly sshCommonArgs?: string | undefined;
  /** -c: ssh or local */
  readonly connection?: string | undefined;
  /** -T, in seconds */
  readonly connectTimeout: number;
  /** -b */
  readonly become?: boolean | undefined;
  /** --become-user */
  readonly becomeUser?: string | undefined;
  /** -K */
  readonly becomePassword?: string | undefined;
}

/** Makes an error of what is wrong with a host's variable, with the place where it was set. */
export type Blame = (variable: string, message: string, todo?: string) => InputError;

/** How to reach a host. @throws InputError that names host and variable where a value can't be used. */
export function connectionOptions(
  host: Host,
  defaults: ConnectionDefaults,
  blame: Blame = (_, message, todo) => inputError(message, todo),
): ConnectionOptions {
  const read = new Variables(host, blame);
  refusePasswords(read);
  refuseSecrets(host, read);
  const key = read.text('ansible_ssh_private_key_file', 'ansible_private_key_file') ?? defaults.privateKey;
  return {
    name: host.name,
    kind: kindOf(read, defaults.connection),
    address: addressOf(host, read),
    port: read.whole('ansible_port', 'ansible_ssh_port'),
    user: userOf(read, ['ansible_user', 'ansible_ssh_user'], defaults.user),
    privateKey: key === undefined || key.startsWith('~') ? key : resolve(key),
    sshArgs: sshArgs(read, defaults.sshCommonArgs),
    connectTimeout: read.whole('ansible_timeout', 'ansible_ssh_timeout') ?? defaults.connectTimeout,
    become: becomeOf(read, defaults),
  };
}

function addressOf({ name }: Host, read: Variables): string {
  const address = read.text('ansible_host', 'ansible_ssh_host') ?? name;
  const problem = hostNameProblem(address);
  if (problem) throw read.refuse(['ansible_host', 'ansible_ssh_host'], problem);
  return address;
}

function kindOf(read: Variables, otherwise: string | undefined): 'ssh' | 'local' {
  const connection = read.text('ansible_connection') ?? otherwise ?? 'ssh';
  if (connection === 'local' || connection === 'ansible.builtin.local') return 'local';
  if (['ssh', 'smart', 'ansible.builtin.ssh'].includes(connection)) return 'ssh';
  throw read.refuse(['ansible_connection'], `the connection '${connection}' is not supported`, 'use ssh or local');
}

function userOf(read: Variables, names: readonly string[], otherwise: string | undefined): string | undefined {
  const user = read.text(...names) ?? otherwise;
  if (user !== undefined && (user === '' || user.startsWith('-') || /[\s\p{C}]/u.test(user)))
    throw read.refuse(names, `'${user}' can't be a user`, 'a user does not begin with - and holds no white space');
  return user;
}

function sshArgs(read: Variables, common: string | undefined): string[] {
  return ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'].flatMap((name) => {
    const text = read.text(name) ?? (name === 'ansible_ssh_common_args' ? common : undefined) ?? '';
    const split = shellWords(text);
    if ('problem' in split) throw read.refuse([name], `${split.problem}: ${text}`, 'write it as in a shell');
    return split.words.map((word) => word.text);
  });
}

function becomeOf(read: Variables, defaults: ConnectionDefaults): Become | undefined {
  if (!(read.flag('ansible_become') ?? defaults.become ?? false)) return undefined;
  const method = read.text('ansible_become_method') ?? 'sudo';
  if (method !== 'sudo' && method !== 'ansible.builtin.sudo')
    throw read.refuse(['ansible_become_method'], `'${method}' is not supported`, 'only sudo is');
  const user = userOf(read, ['ansible_become_user'], defaults.becomeUser) ?? 'root';
  return { user, password: read.text(...BECOME_PASSWORDS) ?? defaults.becomePassword };
}

/** ssh takes no password from another program; to pass over it in silence would end in a puzzling refusal. */
function refusePasswords(read: Variables): void {
  const found = read.find(['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password']);
  if (!found) return;
  const todo = 'use a key: ansible_ssh_private_key_file, or an agent';
  throw read.refuse([found.name], 'logging in by password is not supported', todo);
}

/** Of sudo. */
export const BECOME_PASSWORDS = ['ansible_become_password', 'ansible_become_pass'] as const;

/** How a host was reached is in the journal: a rollback needs it. */
function refuseSecrets(host: Host, read: Variables): void {
  const passwords: readonly string[] = BECOME_PASSWORDS;
  const names = (host.secrets ?? []).map(({ path: [name = ''] }) => name);
  const name = names.find((one) => one.startsWith('ansible_') && !passwords.includes(one));
  if (name) throw read.refuse([name], "it can't be a secret: the journal tells it", 'write it plainly');
}

/** A host's connection variables; the first of several names that has a value. */
class Variables {
  private readonly host: Host;
  private readonly blame: Blame;

  constructor(host: Host, blame: Blame) {
    this.host = host;
    this.blame = blame;
  }

  text(...names: readonly string[]): string | undefined {
    const found = this.find(names);
    if (!found) return undefined;
    const { name, value } = found;
    if (typeof value !== 'string' && typeof value !== 'number') throw this.refuse([name], 'it must be a string');
    if (String(value).includes('{{')) throw this.refuse([name], 'templates ({{ }}) are not evaluated in an inventory');
    if (/[\0\n\r]/.test(String(value))) throw this.refuse([name], 'it holds a line break or NUL');
    return String(value);
  }

  whole(...names: readonly string[]): number | undefined {
    const text = this.text(...names);
    if (text === undefined) return undefined;
    const max = names[0] === 'ansible_port' ? 65535 : 86_400;
    if (!/^\d{1,9}$/.test(text) || Number(text) < 1 || Number(text) > max) {
      throw this.refuse(names, `'${text}' is not a whole number from 1 to ${max}`);
    }
    return Number(text);
  }

  /** Ansible takes YAML 1.1's words for a boolean too. */
  flag(name: string): boolean | undefined {
    const value = this.find([name])?.value;
    if (value === undefined || typeof value === 'boolean') return value;
    const word = typeof value === 'object' ? '' : String(value).toLowerCase();
    if (['yes', 'on', 'true', '1', 'y', 't'].includes(word)) return true;
    if (['no', 'off', 'false', '0', 'n', 'f'].includes(word)) return false;
    throw this.refuse([name], `${JSON.stringify(value)} is neither true nor false`);
  }

  find(names: readonly string[]): { name: string; value: Json } | undefined {
    for (const name of names) {
      const value = Object.hasOwn(this.host.vars, name) ? this.host.vars[name] : undefined;
      if (value !== undefined && value !== null) return { name, value };
    }
    return undefined;
  }

  /** @param names of one thing; the one that is set is blamed */
  refuse(names: readonly string[], why: string, todo?: string): InputError {
    const name = this.find(names)?.name ?? names[0] ?? '';
    return this.blame(name, `host ${this.host.name}: ${name}: ${why}`, todo);
  }
}
