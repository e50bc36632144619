import type { ConnectionOptions } from '../core/connection-options.ts';
import type { Reason } from '../core/event.ts';

type Target = Pick<ConnectionOptions, 'address' | 'port' | 'user' | 'privateKey' | 'connectTimeout'>;

/** The jump host (the first of them) or the ProxyCommand that a connection goes through. */
export interface Jump {
  /** `the jump host ops@gate:2222`, for people. */
  readonly what: string;
  readonly address: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  /** Whether something listens there; undefined: not tried. */
  readonly answers: boolean | undefined;
}

/** Why there is no session; `turnedAway`: who closed the connection before the login, as a server does that has enough. */
export interface SshVerdict extends Reason {
  readonly turnedAway?: 'host' | 'jump';
}

/** Whom ssh speaks of: the host, or the jump host before it. */
interface About extends Target {
  readonly what: string;
  /** The same where it is a jump host. */
  readonly jump?: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly message: (match: RegExpExecArray, about: About) => string;
  readonly todo?: (about: About) => string;
  readonly turnsAway?: true;
}

const knownHostsName = ({ address, port }: Target): string =>
  port === undefined || port === 22 ? address : `[${address}]:${port}`;
const byHand = ({ address, port, user }: Target): string =>
  `ssh ${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${address}`;
const first = (match: RegExpExecArray): string => match[1] ?? '';
/** What stands behind the last colon. */
const lastPart = (match: RegExpExecArray): string => (first(match).split(': ').at(-1) ?? '').trim();
const CROWDED =
  'sshd may be turning logins away: too many at once (MaxStartups: use fewer --forks), or a penalty for this address after failed logins (PerSourcePenalties, OpenSSH 9.8 and later: wait a minute, then run again)';

/** OpenSSH's own words (ssh.c, sshconnect.c, packet.c, readconf.c; 6.6 to 10.x), the more telling first. */
const RULES: readonly Rule[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|^Host key for .* has changed/m,
    message: (_, t) =>
      `${t.what}'s key has CHANGED from the one in known_hosts: a reinstalled host, or someone in between`,
    todo: (t) => `find out why; only then: ssh-keygen -R '${knownHostsName(t)}', and ${byHand(t)} once by hand`,
  },
  {
    pattern: /REVOKED HOST KEY|(?:was|is marked as) revoked/,
    message: (_, t) => `${t.what}'s key is marked as revoked`,
    todo: () => 'do not connect; ask who revoked it',
  },
  {
    pattern: /Host key verification failed|No \S+ host key is known for/,
    message: (_, t) => `${t.what}'s key is not known (it is in no known_hosts file)`,
    todo: (t) =>
      `${byHand(t)} once by hand and compare the fingerprint, or add it from a trusted place (ssh-keyscan only fetches, it verifies nothing)`,
  },
  {
    pattern: /Could not resolve hostname (\S+): (.*)/,
    message: (m) => `the name ${first(m)} has no address: ${(m[2] ?? '').trim()}`,
    todo: () => 'correct the name in the inventory, or give an ansible_host',
  },
  {
    pattern: /connect to (?:host|address) (\S+) port (\d+): (.*)/,
    message: (m) => `no connection to ${first(m)} port ${m[2]}: ${(m[3] ?? '').trim()}`,
    todo: (t) => `is ${t.what} up, sshd running, the port right, no firewall between?`,
  },
  {
    pattern:
      /Connection timed out during banner exchange|Timed out waiting for SSH identification|Connection to (?:UNKNOWN|\S+) port \S+ timed out/,
    message: (_, t) => `${t.what} took the connection but sent nothing within ${t.connectTimeout} s`,
    todo: () => 'sshd hangs or is overloaded, or this is not an ssh port',
  },
  {
    pattern: /Timeout, server (\S+) not responding/,
    message: (_, t) => `${t.what} stopped answering (ssh keep-alive, 45 s)`,
    todo: () => 'host down, or the network is',
  },
  {
    pattern:
      /(?:client_loop: send disconnect|packet_write_wait|write failed|Read from remote host \S+): (?:Connection to .*: )?(.*)/i,
    message: (m) => `the connection broke (${first(m).trim()})`,
    todo: () => 'host down, or the network is',
  },
  {
    pattern: /Too many authentication failures/,
    message: () => 'too many keys were offered before the right one (Too many authentication failures)',
    todo: () => 'name the key (--private-key or ansible_ssh_private_key_file) and set IdentitiesOnly yes in ssh_config',
  },
  {
    pattern: /UNPROTECTED PRIVATE KEY FILE|Load key "([^"\n]+)": bad permissions/,
    message: (m) => `ssh ignores the private key${first(m) && ` ${first(m)}`}: others may read it`,
    todo: () => 'chmod 600 the key file',
  },
  {
    pattern: /^(?=[\s\S]*Permission denied)[\s\S]*?Identity file (\S+) not accessible: ([^.\n]*)/,
    message: (m) => `login refused: the private key ${first(m)} cannot be read (${m[2]})`,
    todo: () => 'correct --private-key or ansible_ssh_private_key_file',
  },
  {
    pattern: /^(?:(\S+): )?Permission denied \(([^()\n]*)\)/m,
    message: (m) => `login refused${first(m) && ` for ${first(m)}`}: no key was accepted (the host takes ${m[2]})`,
    todo: (t) => `check user and key: ${byHand(t)} -o BatchMode=yes; unwedge never types ssh passwords`,
  },
  {
    pattern: /Unable to negotiate with \S+(?: port \S+)?: (.*)/,
    message: (m) => `no common algorithm with its sshd: ${first(m).trim()}`,
    todo: () =>
      'an old sshd: allow its algorithm for this host in ssh_config (HostKeyAlgorithms or KexAlgorithms with +)',
  },
  {
    pattern:
      /^((?=.*(?:keyword|command-line)).* line \d+.*|.*(?:Bad configuration option|bad permissions on).*|unknown option -- .*)$/m,
    message: (m) => `ssh refuses its configuration or arguments: ${first(m).trim()}`,
    todo: () => 'correct ssh_config or --ssh-common-args; ssh -G shows what it takes',
  },
  {
    pattern: /(?:stdio forwarding failed|channel \d+: open failed: (.*))/,
    message: (m, t) => `${t.jump ?? 'the jump host'} could not reach it${first(m) && `: ${first(m).trim()}`}`,
    todo: () => 'check ProxyJump and that the jump host resolves and reaches the address',
  },
  {
    pattern:
      /^(?=.*(?:closed|reset)).*?(?:kex_exchange_identification|ssh_exchange_identification|banner exchange)(.*)/im,
    message: (m, t) => `${t.what} closed the connection before the login: ${lastPart(m)}`,
    todo: () => `${CROWDED}; or it is not an ssh port, fail2ban, hosts.deny: look at sshd's log there`,
    turnsAway: true,
  },
  {
    pattern: /(?:kex_exchange_identification|ssh_exchange_identification|banner exchange)(.*)/,
    message: (m, t) => `${t.what} did not answer as sshd does: ${lastPart(m)}`,
    todo: () => 'is it an ssh port?',
  },
  {
    pattern: /^Connection (closed|reset) by (.*)/m,
    message: (m, t) => `${t.what} ${first(m)} the connection (${(m[2] ?? '').trim()})`,
    todo: () => `${CROWDED}; or it refuses the account (expired, PAM): sshd's log there says why`,
    turnsAway: true,
  },
  {
    pattern: /Connection to (\S+) closed by remote host/,
    message: () => 'the host closed the connection',
    todo: () => 'was sshd or the host restarted?',
  },
];

/** What the outer ssh says before it names its own connection, of which it knows no address. */
const BEFORE_OUTER = /^(?:(?:kex|ssh)_exchange_identification: |Connection timed out during banner exchange)/;

/** Without what the outer ssh says: what is left are the words of the jump's ssh, or of the ProxyCommand. */
const fromJump = (text: string): string =>
  text
    .split(/\r?\n/)
    .filter((line, i, all) => !failedAtJump(line) && !(BEFORE_OUTER.test(line) && failedAtJump(all[i + 1] ?? '')))
    .join('\n');

/** Whether the connection goes through a jump host or a ProxyCommand and never came to the login. */
export const failedAtJump = (stderr: string): boolean => /\bUNKNOWN port \d+/.test(stderr);

/** Whether nothing at all came through: only the jump host itself can show which of the two is down. */
export const isSilentJump = (stderr: string): boolean => /Connection to UNKNOWN port \d+ timed out/.test(stderr);

/**
 * Reads ssh's stderr: why there is no session, and what to do; undefined where ssh did not say.
 * @param jump what the connection goes through, where it failed there
 */
export function sshReason(stderr: string, target: Target, jump?: Jump): SshVerdict | undefined {
  const text = withoutWarnings(stderr);
  if (!failedAtJump(text)) return verdict(text, { ...target, what: 'the host' }, 'host');
  const { connectTimeout } = target;
  const { what } = jump ?? { what: 'the jump host or ProxyCommand' };
  const about = {
    privateKey: undefined,
    address: '',
    port: undefined,
    user: undefined,
    ...jump,
    connectTimeout,
    what,
    jump: what,
  };
  return verdict(fromJump(text), about, 'jump') ?? (isSilentJump(text) ? silent(about, jump) : closed(about));
}

function verdict(text: string, about: About, who: 'host' | 'jump'): SshVerdict | undefined {
  for (const { pattern, message, todo, turnsAway } of RULES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const said = message(match, about);
    return {
      message: who === 'jump' && !said.includes(about.what) ? `${about.what}: ${said}` : said,
      ...(todo && { todo: todo(about) }),
      ...(turnsAway && { turnedAway: who }),
    };
  }
  return undefined;
}

const silent = ({ what, connectTimeout }: About, jump: Jump | undefined): Reason =>
  jump?.answers === false
    ? { message: `${what} does not answer`, todo: 'is it up, its sshd running, the port right, no firewall between?' }
    : {
        message: `nothing came through ${what} within ${connectTimeout} s`,
        todo: jump?.answers
          ? 'its port is open: does its sshd work, and is the host behind it up?'
          : 'is it up, and the host behind it?',
      };

const closed = ({ what }: About): SshVerdict => ({
  message: `the connection through ${what} was closed before the login`,
  todo: `of the host behind it: ${CROWDED}; or the way to it is closed: look at both logs`,
  turnedAway: 'host',
});

/** Of clients 10.1 and later (several lines that begin alike), and of every client that takes a new host key. */
const WARNINGS = ['** ', 'Warning: Permanently added '];

/** What ssh says, without its warnings: they are no reason for anything. */
export const withoutWarnings = (stderr: string): string =>
  stderr
    .split(/(?<=\n)/)
    .filter((line) => !WARNINGS.some((warning) => line.startsWith(warning)))
    .join('');
