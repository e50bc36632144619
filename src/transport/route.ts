import { connect } from 'node:net';
import type { ConnectionOptions } from '../core/connection-options.ts';
import { runLocal } from './run-local.ts';
import { settingsCommand } from './ssh-command.ts';
import type { Jump } from './ssh-diagnosis.ts';

/** Seconds for ssh to read its configuration. */
const READ_SETTINGS = 10;
/** Milliseconds for a jump host to take a connection. */
const TRY_JUMP = 3000;

/** Where the connections of ssh to one host go, by ssh's own answer: whoever has the same are served by the same sshd. */
export interface Route {
  /** `address:port` */
  readonly host: string;
  /** The first jump host as it is written (`ops@gate:2222`), or the ProxyCommand. */
  readonly jump: string | undefined;
}

/** Never rejects: where ssh does not answer, the route is what the options say. */
export async function routeOf(options: ConnectionOptions, env: NodeJS.ProcessEnv): Promise<Route> {
  const settings = await settingsOf(options, env);
  return {
    host: `${settings.get('hostname') ?? options.address}:${settings.get('port') ?? options.port ?? 22}`,
    jump: firstJump(settings) ?? settings.get('proxycommand'),
  };
}

/** The first jump host of a connection that failed there, and whether something listens there. Undefined: it has none. */
export async function jumpOf(options: ConnectionOptions, env: NodeJS.ProcessEnv): Promise<Jump | undefined> {
  const { jump } = await routeOf(options, env);
  const [, user, address, port] = /^(?:ssh:\/\/)?(?:([^@\s]*)@)?\[?([^\s@[\]]+?)\]?(?::(\d+))?$/.exec(jump ?? '') ?? [];
  if (jump === undefined) return undefined;
  if (address === undefined)
    return { what: 'the ProxyCommand', address: '', port: undefined, user: undefined, answers: undefined };
  const named = { ...options, address, port: port === undefined ? undefined : Number(port), user };
  const settings = await settingsOf(named, env);
  const at = { host: settings.get('hostname') ?? address, port: Number(settings.get('port') ?? named.port ?? 22) };
  return {
    what: `the jump host ${jump}`,
    address,
    port: named.port,
    user,
    // The words for ssh may name the jump host again; one that is reached by another can't be tried from here.
    answers: [undefined, jump].includes(firstJump(settings)) ? await answers(at) : undefined,
  };
}

/** ssh prints a name in brackets, too; only an IPv6 address needs them. */
function firstJump(settings: ReadonlyMap<string, string>): string | undefined {
  const jump = settings.get('proxyjump')?.split(',')[0] ?? '';
  const [from, to] = [jump.indexOf('['), jump.indexOf(']')];
  const name = jump.slice(from + 1, to);
  const plain = from < 0 || to < from || name.includes(':') ? jump : jump.slice(0, from) + name + jump.slice(to + 1);
  return plain || undefined;
}

async function settingsOf(options: ConnectionOptions, env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runLocal(settingsCommand(options), READ_SETTINGS, { env }).catch(() => ({ stdout: '' }));
  const pairs = stdout.split('\n').map((line): [string, string] => {
    const [key = '', ...words] = line.split(' ');
    return [key, words.join(' ')];
  });
  return new Map(pairs.filter(([, value]) => value !== '' && value !== 'none'));
}

const answers = (at: { readonly host: string; readonly port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ ...at, timeout: TRY_JUMP });
    const settle = (outcome: boolean): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket
      .once('connect', () => settle(true))
      .once('error', () => settle(false))
      .once('timeout', () => settle(false));
  });
