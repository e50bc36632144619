import { describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { refusalOf } from '../../src/transport/refusal.ts';

const good: ConnectionOptions = {
  name: 'web1',
  kind: 'ssh',
  address: 'web1.example.org',
  port: 22,
  user: 'ops',
  privateKey: '/home/me/.ssh/id_ed25519',
  sshArgs: ['-o', 'ProxyJump=bastion'],
  connectTimeout: 10,
  become: { user: 'root', password: 'any thing -at $(all)' },
};
const REFUSED: readonly (readonly [Partial<ConnectionOptions>, string])[] = [
  [{ address: '-oProxyCommand=touch /tmp/x' }, 'begins with -'],
  [{ address: '' }, 'is empty'],
  [{ address: 'web1 web2' }, 'white space'],
  [{ address: 'web1\u001b[2J' }, 'control characters'],
  [{ address: 'web1\u0085' }, 'white space or control'],
  [{ address: '$(id)' }, 'special characters'],
  [{ address: 'root@web1' }, 'ansible_user'],
  [{ address: 'ssh://web1' }, '@ or /'],
  [{ user: '-oProxyCommand=x' }, 'begins with -'],
  [{ user: 'a b' }, 'white space'],
  [{ user: 'a;id' }, 'special characters'],
  [{ user: '' }, 'is empty'],
  [{ privateKey: '-i' }, 'begins with -'],
  [{ privateKey: '/a\nb' }, 'control characters'],
  [{ port: 0 }, 'port 0'],
  [{ port: 65536 }, 'port 65536'],
  [{ port: -22 }, 'port -22'],
  [{ port: 22.5 }, 'port 22.5'],
  [{ port: Number.NaN }, 'port NaN'],
  [{ sshArgs: ['-o\0'] }, 'NUL'],
  [{ connectTimeout: 0 }, 'connect timeout'],
  [{ connectTimeout: Number.NaN }, 'connect timeout'],
  [{ become: { user: '-i', password: undefined } }, 'not a user name'],
  [{ become: { user: 'root; id', password: undefined } }, 'not a user name'],
  [{ become: { user: '#0', password: undefined } }, 'not a user name'],
  [{ become: { user: 'root', password: 'two\nlines' } }, 'line break'],
  [{ kind: 'local', become: { user: '', password: undefined } }, 'not a user name'],
];

describe('refusalOf', () => {
  it.each(REFUSED)('refuses %j', async (options, why) => {
    const refusal = refusalOf({ ...good, ...options });
    expect(refusal).toContain(why);
    expect(refusal).not.toMatch(/\p{Cc}/u);
    await expect(openConnection({ ...good, ...options })).rejects.toMatchObject({
      failure: 'unreachable',
      message: refusal,
    });
  });

  it.each<Partial<ConnectionOptions>>([
    {},
    { address: '10.0.0.1', port: undefined, user: undefined, privateKey: undefined, become: undefined },
    { address: 'fe80::1%eth0' },
    { address: 'my_alias+1' },
    { address: 'bücher.example' },
    { user: 'EXAMPLE\\ops' },
    { user: 'ops@example.org' },
    { become: { user: 'svc-docker$', password: undefined } },
    { kind: 'local', address: '', port: undefined },
  ])('takes %j', (options) => {
    expect(refusalOf({ ...good, ...options })).toBeUndefined();
  });
});
