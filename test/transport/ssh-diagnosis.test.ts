import { describe, expect, it } from 'vitest';
import { sshReason } from '../../src/transport/ssh-diagnosis.ts';

const target = { address: 'web1', port: 2222, user: 'ops', privateKey: undefined, connectTimeout: 10 };
const WARNING =
  '@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@@\nHost key verification failed.\n';
/** What ssh printed, the reason in it, and a word of what to do. */
const CASES: readonly (readonly [string, string | RegExp, string])[] = [
  [WARNING, /^the host's key has CHANGED/, "ssh-keygen -R '[web1]:2222'"],
  ['Host key verification failed.\n', /^the host's key is not known/, 'ssh -p 2222 ops@web1 once by hand'],
  [
    'No ED25519 host key is known for web1 and you have requested strict checking.\nHost key verification failed.\n',
    /^the host's key is not known/,
    'fingerprint',
  ],
  [
    '@       WARNING: REVOKED HOST KEY DETECTED!               @\n',
    "the host's key is marked as revoked",
    'do not connect',
  ],
  [
    'ssh: Could not resolve hostname web1: Name or service not known\r\n',
    'the name web1 has no address: Name or service not known',
    'ansible_host',
  ],
  [
    'ssh: connect to host web1 port 2222: No route to host\r\n',
    'no connection to web1 port 2222: No route to host',
    'firewall',
  ],
  [
    'ssh: connect to host web1 port 2222: Connection timed out\r\n',
    'no connection to web1 port 2222: Connection timed out',
    'firewall',
  ],
  [
    'Connection timed out during banner exchange\nConnection to 10.0.0.1 port 2222 timed out\n',
    'the host took the connection but sent nothing within 10 s',
    'overloaded',
  ],
  [
    'ops@web1: Permission denied (publickey,password).\r\n',
    'login refused for ops@web1: no key was accepted (the host takes publickey,password)',
    'BatchMode',
  ],
  [
    'Warning: Identity file /k not accessible: No such file or directory.\nops@web1: Permission denied (publickey).\n',
    'login refused: the private key /k cannot be read (No such file or directory)',
    '--private-key',
  ],
  [
    'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\n',
    /^too many keys were offered/,
    'IdentitiesOnly',
  ],
  [
    '@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\nLoad key "/k": bad permissions\nops@web1: Permission denied (publickey).\n',
    /^ssh ignores the private key/,
    'chmod 600',
  ],
  [
    'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa\n',
    'no common algorithm with its sshd: no matching host key type found. Their offer: ssh-rsa',
    'HostKeyAlgorithms',
  ],
  [
    'kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 22\r\n',
    'the host closed the connection before the login: Connection closed by remote host',
    'MaxStartups',
  ],
  [
    'ssh_exchange_identification: read: Connection reset by peer\r\n',
    'the host closed the connection before the login: Connection reset by peer',
    'MaxStartups',
  ],
  [
    'channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\nkex_exchange_identification: Connection closed by remote host\r\n',
    'the jump host could not reach it: connect failed: Connection refused',
    'ProxyJump',
  ],
  [
    'Connection closed by 10.0.0.1 port 22\r\n',
    'the host closed the connection (10.0.0.1 port 22)',
    'PerSourcePenalties, OpenSSH 9.8 and later: wait a minute',
  ],
  [
    'kex_exchange_identification: banner line contains invalid characters\nbanner exchange: Connection to 10.0.0.1 port 22: invalid format\n',
    'the host did not answer as sshd does: banner line contains invalid characters',
    'is it an ssh port?',
  ],
  ['Timeout, server web1 not responding.\r\n', 'the host stopped answering (ssh keep-alive, 45 s)', 'network'],
  ['client_loop: send disconnect: Broken pipe\r\n', 'the connection broke (Broken pipe)', 'network'],
  ['Connection to web1 closed by remote host.\r\n', 'the host closed the connection', 'restarted'],
  [
    '/root/.ssh/config: line 3: Bad configuration option: foo\n/root/.ssh/config: terminating, 1 bad configuration options\n',
    'ssh refuses its configuration or arguments: /root/.ssh/config: line 3: Bad configuration option: foo',
    'ssh -G',
  ],
  [
    'unknown option -- y\nusage: ssh [-46AaCfGgKkMNnqsTtVvXxYy]\n',
    'ssh refuses its configuration or arguments: unknown option -- y',
    'ssh -G',
  ],
];

describe('sshReason', () => {
  it.each(CASES)('reads %j', (stderr, message, todo) => {
    const reason = sshReason(stderr, target);
    expect(reason?.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    expect(reason?.todo).toContain(todo);
  });

  const OUTER =
    'kex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535\r\n';
  const jump = { what: 'the jump host ops@gate', address: 'gate', port: undefined, user: 'ops', answers: undefined };

  it.each([
    [
      `ssh: connect to host gate port 22: Connection refused\r\n${OUTER}`,
      'the jump host ops@gate: no connection to gate port 22: Connection refused',
      'is the jump host ops@gate up',
      undefined,
    ],
    [
      `ssh: Could not resolve hostname gate: Name or service not known\r\n${OUTER}`,
      'the jump host ops@gate: the name gate has no address: Name or service not known',
      'correct the name',
      undefined,
    ],
    [
      `Host key verification failed.\r\n${OUTER}`,
      "the jump host ops@gate's key is not known (it is in no known_hosts file)",
      'ssh ops@gate once by hand',
      undefined,
    ],
    [
      `ops@gate: Permission denied (publickey).\r\n${OUTER}`,
      'the jump host ops@gate: login refused for ops@gate: no key was accepted (the host takes publickey)',
      'ssh ops@gate -o BatchMode=yes',
      undefined,
    ],
    [
      `kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 10.0.0.9 port 22\r\n${OUTER}`,
      'the jump host ops@gate closed the connection before the login: Connection reset by peer',
      'MaxStartups',
      'jump',
    ],
    [
      `Connection closed by 10.0.0.9 port 22\r\n${OUTER}`,
      'the jump host ops@gate closed the connection (10.0.0.9 port 22)',
      'PerSourcePenalties',
      'jump',
    ],
    [
      `channel 0: open failed: connect failed: No route to host\r\nstdio forwarding failed\r\n${OUTER}`,
      'the jump host ops@gate could not reach it: connect failed: No route to host',
      'ProxyJump',
      undefined,
    ],
    [OUTER, 'the connection through the jump host ops@gate was closed before the login', 'MaxStartups', 'host'],
    [
      'Connection closed by UNKNOWN port 65535\r\n',
      'the connection through the jump host ops@gate was closed before the login',
      'MaxStartups',
      'host',
    ],
  ])('knows whom a jump host is to blame for: %j', (stderr, message, todo, turnedAway) => {
    const verdict = sshReason(stderr, target, jump);
    expect(verdict).toMatchObject({ message, todo: expect.stringContaining(todo) });
    expect(verdict?.turnedAway).toBe(turnedAway);
  });

  it.each([
    [false, 'the jump host ops@gate does not answer'],
    [true, 'nothing came through the jump host ops@gate within 10 s'],
    [undefined, 'nothing came through the jump host ops@gate within 10 s'],
  ])('tells a jump host that is down from a host behind it (it answers: %s)', (answers, message) => {
    const silence = 'Connection timed out during banner exchange\r\nConnection to UNKNOWN port 65535 timed out\r\n';
    expect(sshReason(silence, target, { ...jump, answers })?.message).toBe(message);
  });

  it.each([
    [
      'kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 22\r\n',
      'host',
    ],
    ['Connection reset by 10.0.0.1 port 22\r\n', 'host'],
    ['ops@web1: Permission denied (publickey).\r\nConnection closed by 10.0.0.1 port 22\r\n', undefined],
    ['Host key verification failed.\r\n', undefined],
    ['ssh: connect to host web1 port 22: Connection refused\r\n', undefined],
  ])('says who turned a login away, that it may be tried again: %j', (stderr, by) => {
    expect(sshReason(stderr, target)?.turnedAway).toBe(by);
  });

  it('takes no warning of a newer client for a reason', () => {
    const warning =
      '** WARNING: connection is not using a post-quantum key exchange algorithm.\r\n** This session may be vulnerable to "store now, decrypt later" attacks.\r\n** The server may need to be upgraded. See https://openssh.com/pq.html\r\n';
    expect(sshReason(warning, target)).toBeUndefined();
    expect(sshReason(`${warning}Connection to web1 closed by remote host.\r\n`, target)?.message).toBe(
      'the host closed the connection',
    );
  });

  it('says nothing where ssh did not', () => {
    expect(sshReason('Welcome to web1\n', target)).toBeUndefined();
  });
});
