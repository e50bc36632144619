import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { agentCommand, remoteCommand } from '../../src/transport/bootstrap.ts';
import { sshCommand } from '../../src/transport/ssh-command.ts';

const options = {
  name: 'web1',
  kind: 'ssh' as const,
  address: '10.0.0.1',
  port: 2222,
  user: 'ops',
  privateKey: '/k',
  sshArgs: ['-o', 'ProxyJump=bastion', '-o', 'BatchMode=no'],
  connectTimeout: 9.5,
  become: undefined,
};

describe('sshCommand', () => {
  it('is this argv', () => {
    expect(sshCommand(options, 'REMOTE').join(' ')).toBe(
      'ssh -T -x -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 -o ControlMaster=no -o ControlPath=none ' +
        '-o ClearAllForwardings=yes -o RemoteCommand=none -p 2222 -l ops -i /k -o ProxyJump=bastion -o BatchMode=no -o LogLevel=INFO -- 10.0.0.1 REMOTE',
    );
  });

  it('leaves to ssh_config what nobody gave', () => {
    const argv = sshCommand(
      { ...options, port: undefined, user: undefined, privateKey: undefined, sshArgs: [] },
      'REMOTE',
    );
    expect(argv.filter((word) => ['-p', '-l', '-i'].includes(word))).toEqual([]);
  });

  it('means to ssh what it should: its own settings win over the words of the user', () => {
    const [program = '', ...argv] = sshCommand({ ...options, sshArgs: ['-F', 'none', ...options.sshArgs] }, 'REMOTE');
    const settings = execFileSync(program, ['-G', ...argv])
      .toString()
      .split('\n');
    const expected = [
      'batchmode yes',
      'connecttimeout 10',
      'controlmaster false',
      'clearallforwardings yes',
      'port 2222',
      'user ops',
      'hostname 10.0.0.1',
      'proxyjump bastion',
      'loglevel INFO',
    ];
    expect(settings).toEqual(expect.arrayContaining(expected));
  });
});

describe('remoteCommand', () => {
  const remote = (user: string, password: string | undefined) => remoteCommand(agentCommand(1234, { user, password }));

  it('names sudo with the user, and never a password', () => {
    expect(remote('svc$', undefined)).toBe(
      `exec env LC_ALL=C sudo -H -u 'svc$' -n -- sh -c 'eval "$(dd bs=1234 count=1 iflag=fullblock 2>/dev/null || echo uname)"'`,
    );
    expect(remote('root', 'secret')).toBe(
      `exec env LC_ALL=C sudo -H -u root -S -p unwedge-asks-for-the-sudo-password: -- sh -c 'echo unwedge-started; eval "$(dd bs=1234 count=1 iflag=fullblock 2>/dev/null || echo uname)"'`,
    );
  });

  it('holds nothing that a shell treats in a way of its own inside single quotes', () => {
    expect(remoteCommand(agentCommand(99, undefined))).not.toMatch(/[!\\\n]/);
  });
});
