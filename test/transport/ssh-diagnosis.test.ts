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
  ['Connection closed by 10.0.0.1 port 22\r\n', 'the host closed the connection (10.0.0.1 port 22)', 'AllowUsers'],
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

  it('says nothing where ssh did not', () => {
    expect(sshReason('Welcome to web1\n', target)).toBeUndefined();
  });
});
