import type { ConnectionOptions } from '../core/connection-options.ts';
import type { Reason } from '../core/event.ts';

type Target = Pick<ConnectionOptions, 'address' | 'port' | 'user' | 'privateKey' | 'connectTimeout'>;
/** `match` is of the pattern; $1 in a text stands for its first group. */
interface Rule {
  readonly pattern: RegExp;
  readonly message: (match: RegExpExecArray, target: Target) => string;
  readonly todo?: (target: Target) => string;
}

const knownHostsName = ({ address, port }: Target): string =>
  port === undefined || port === 22 ? address : `[${address}]:${port}`;
const byHand = ({ address, port, user }: Target): string =>
  `ssh ${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${address}`;
const first = (match: RegExpExecArray): string => match[1] ?? '';

/** OpenSSH's own words (ssh.c, sshconnect.c, packet.c, readconf.c; 6.6 to 9.x), the more telling first. */
const RULES: readonly Rule[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|^Host key for .* has changed/m,
    message: () => "the host's key has CHANGED from the one in known_hosts: a reinstalled host, or someone in between",
    todo: (t) => `find out why; only then: ssh-keygen -R '${knownHostsName(t)}', and ${byHand(t)} once by hand`,
  },
  {
    pattern: /REVOKED HOST KEY|host key .*(?:was|is marked as) revoked/,
    message: () => "the host's key is marked as revoked",
    todo: () => 'do not connect; ask who revoked it',
  },
  {
    pattern: /Host key verification failed|No \S+ host key is known for/,
    message: () => "the host's key is not known (it is in no known_hosts file)",
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
    todo: () => 'is the host up, sshd running, the port right, no firewall between?',
  },
  {
    pattern:
      /Connection timed out during banner exchange|Timed out waiting for SSH identification|Connection to (?:UNKNOWN|\S+) port \S+ timed out/,
    message: (_, t) => `the host took the connection but sent nothing within ${t.connectTimeout} s`,
    todo: () => 'sshd hangs or is overloaded, or this is not an ssh port',
  },
  {
    pattern: /Timeout, server (\S+) not responding/,
    message: () => 'the host stopped answering (ssh keep-alive, 45 s)',
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
    pattern: /UNPROTECTED PRIVATE KEY FILE|Load key "([^"]*)": bad permissions/,
    message: (m) => `ssh ignores the private key${first(m) && ` ${first(m)}`}: others may read it`,
    todo: () => 'chmod 600 the key file',
  },
  {
    pattern: /Identity file (\S+) not accessible: ([^.\n]*)[\s\S]*Permission denied/,
    message: (m) => `login refused: the private key ${first(m)} cannot be read (${m[2]})`,
    todo: () => 'correct --private-key or ansible_ssh_private_key_file',
  },
  {
    pattern: /(?:(\S+): )?Permission denied \(([^)]*)\)/,
    message: (m) => `login refused${first(m) && ` for ${first(m)}`}: no key was accepted (the host takes ${m[2]})`,
    todo: (t) => `check user and key: ${byHand(t)} -o BatchMode=yes; unwedge never types ssh passwords`,
  },
  {
    pattern: /Unable to negotiate with [^:]*: (.*)/,
    message: (m) => `no common algorithm with its sshd: ${first(m).trim()}`,
    todo: () =>
      'an old sshd: allow its algorithm for this host in ssh_config (HostKeyAlgorithms or KexAlgorithms with +)',
  },
  {
    pattern:
      /^(.*(?:Bad configuration option|bad permissions on|(?:keyword|command-line).* line \d+).*|unknown option -- .*)$/m,
    message: (m) => `ssh refuses its configuration or arguments: ${first(m).trim()}`,
    todo: () => 'correct ssh_config or --ssh-common-args; ssh -G shows what it takes',
  },
  {
    pattern: /(?:stdio forwarding failed|channel \d+: open failed: (.*))/,
    message: (m) => `the jump host could not reach it${first(m) && `: ${first(m).trim()}`}`,
    todo: () => 'check ProxyJump and that the jump host resolves and reaches the address',
  },
  {
    pattern: /(?:kex_exchange_identification|ssh_exchange_identification|banner exchange).*: (.*)/,
    message: (m) => `the host closed the connection before the login: ${first(m).trim()}`,
    todo: () =>
      "not an ssh port, or sshd turns away: MaxStartups (fewer forks help), fail2ban, hosts.deny; look at the host's log",
  },
  {
    pattern: /^Connection (closed|reset) by (.*)/m,
    message: (m) => `the host ${first(m)} the connection (${(m[2] ?? '').trim()})`,
    todo: () => "sshd's log on the host says why (AllowUsers, expired account, PAM, restart)",
  },
  {
    pattern: /Connection to (\S+) closed by remote host/,
    message: () => 'the host closed the connection',
    todo: () => 'was sshd or the host restarted?',
  },
];

/** Reads ssh's stderr: why there is no session, and what to do; undefined where ssh did not say. */
export function sshReason(stderr: string, target: Target): Reason | undefined {
  for (const { pattern, message, todo } of RULES) {
    const match = pattern.exec(stderr);
    if (match !== null) return { message: message(match, target), ...(todo && { todo: todo(target) }) };
  }
  return undefined;
}
