import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import type { Connection } from '../../src/core/session.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { holdsLifeLine, LifeLine, probe } from './host-scripts.ts';
import { LoopbackSsh, noSshd, type Sshd } from './loopback-sshd.ts';

const LOGIN_SHELLS = ['/bin/bash', '/bin/dash', '/usr/bin/zsh', '/usr/bin/fish', '/usr/bin/tcsh', '/bin/busybox sh'];
const installed = LOGIN_SHELLS.filter((shell) => existsSync(shell.split(' ')[0] ?? ''));
if (noSshd !== undefined) console.log(`ssh.test.ts: ${noSshd}`);

describe.skipIf(noSshd !== undefined)('over a real sshd', () => {
  let net: LoopbackSsh;
  let sshd: Sshd;
  const opened: Connection[] = [];

  beforeAll(async () => {
    net = new LoopbackSsh();
    sshd = await net.start();
    net.trust(sshd.port);
  });
  afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));
  afterAll(() => net.stop());

  const options = (port: number, more: Partial<ConnectionOptions> = {}): ConnectionOptions => ({
    name: 'web1',
    kind: 'ssh',
    address: '127.0.0.1',
    port,
    user: undefined,
    privateKey: undefined,
    sshArgs: net.sshArgs,
    connectTimeout: 10,
    become: undefined,
    ...more,
  });
  const connect = async (port: number, more: Partial<ConnectionOptions> = {}): Promise<Connection> => {
    const connection = await openConnection(options(port, more));
    opened.push(connection);
    return connection;
  };
  /** An sshd whose logins run this sh command instead of the login shell. */
  const withLogin = async (command: string): Promise<Sshd> => {
    const path = net.path(`login-${Math.random().toString(36).slice(2)}`);
    writeFileSync(path, `#!/bin/sh\n${command}\n`);
    chmodSync(path, 0o755);
    const other = await net.start([`ForceCommand ${path}`]);
    net.trust(other.port);
    return other;
  };
  const failure = async (port: number, more: Partial<ConnectionOptions> = {}) => {
    const error = await connect(port, more).then(
      () => 'it connected',
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ name: 'SessionError', failure: 'unreachable' });
    return error as { message: string; todo: string };
  };

  it('runs scripts with their arguments', async () => {
    const connection = await connect(sshd.port);
    const host = connection.readOnly({ deadline: 10 });
    expect(await host.probe(probe(`printf '<%s>' "$@"; exit 4`), ['a b', '$(id)\n', ''])).toEqual({
      code: 4,
      stdout: '<a b><$(id)\n><>',
      stderr: '',
      truncated: false,
    });
  });

  it.each(installed)('passes the login shell %s unchanged', async (shell) => {
    const other = await withLogin(`exec ${shell} -c "$SSH_ORIGINAL_COMMAND"`);
    const host = (await connect(other.port)).readOnly({ deadline: 10 });
    expect((await host.probe(probe('echo "$1"'), ["it's"])).stdout).toBe("it's\n");
  });

  it('is not disturbed by a login shell that talks, before and after', async () => {
    const noise = `printf 'Welcome! \\033[1m'; echo fortune >&2; sh -c "$SSH_ORIGINAL_COMMAND"; echo bye; echo bye >&2`;
    const host = (await connect((await withLogin(noise)).port)).readOnly({ deadline: 10 });
    expect(await host.probe(probe('echo out; echo err >&2'))).toMatchObject({
      code: 0,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('shows one constant command on the host', async () => {
    const log = net.path('commands');
    const other = await withLogin(
      `printf '%s\\n' "$SSH_ORIGINAL_COMMAND" >>${log}; exec sh -c "$SSH_ORIGINAL_COMMAND"`,
    );
    for (const secret of ['one', 'two']) {
      const connection = await connect(other.port);
      await connection.readOnly({ deadline: 10 }).probe(probe(`: ${secret}`), [secret]);
      await connection.close();
    }
    const [first, second, ...more] = readFileSync(log, 'utf8').trim().split('\n');
    expect(first).toMatch(
      /^exec sh -c 'eval "\$\(dd bs=\d+ count=1 iflag=fullblock 2>\/dev\/null \|\| echo uname\)"'$/,
    );
    expect([second, more]).toEqual([first, []]);
  });

  it('tells an unknown host key from a changed one', async () => {
    const other = await net.start();
    const unknown = await failure(other.port);
    expect(unknown.message).toMatch(/key is not known/);
    net.trust(other.port, 'other_host_key');
    const changed = await failure(other.port);
    expect(changed.message).toMatch(/key has CHANGED/);
    expect(changed.todo).toContain(`ssh-keygen -R '[127.0.0.1]:${other.port}'`);
  });

  it('says why a login is refused', async () => {
    const refused = await failure(sshd.port, {
      sshArgs: [
        '-F',
        'none',
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        `UserKnownHostsFile=${net.path('known_hosts')}`,
        '-o',
        'IdentityFile=none',
      ],
    });
    expect(refused.message).toMatch(/^login refused for .*: no key was accepted \(the host takes publickey/);
    const noKey = await failure(sshd.port, {
      privateKey: '/no/such/key',
      sshArgs: ['-F', 'none', '-o', `UserKnownHostsFile=${net.path('known_hosts')}`, '-o', 'IdentitiesOnly=yes'],
    });
    expect(noKey.message).toMatch(/private key \/no\/such\/key cannot be read/);
  });

  it('says that nothing listens, and that a name has no address', async () => {
    const gone = await net.start();
    await gone.stop();
    expect((await failure(gone.port)).message).toBe(`no connection to 127.0.0.1 port ${gone.port}: Connection refused`);
    expect((await failure(22, { address: 'no-such-host.invalid' })).message).toMatch(
      /^the name no-such-host.invalid has no address/,
    );
  });

  it('says that this machine has no ssh', async () => {
    const opening = openConnection(options(sshd.port), { PATH: '/nonexistent' });
    await expect(opening).rejects.toMatchObject({ failure: 'unreachable', message: 'there is no ssh on this machine' });
  });

  it('gives up within its time on a server that takes the connection and says nothing', async () => {
    const { server, port } = await silentServer();
    const from = performance.now();
    const { message } = await failure(port, { connectTimeout: 1 });
    expect(message).toBe('the host took the connection but sent nothing within 1 s');
    expect(performance.now() - from).toBeLessThan(3000);
    server.close();
  });

  it('says that a server closes at once', async () => {
    const { server, port } = await silentServer((socket) => socket.end());
    const { message, todo } = await failure(port, { connectTimeout: 1 });
    expect(message).toMatch(/^the host closed the connection before the login/);
    expect(todo).toContain('PerSourcePenalties');
    server.close();
  });

  describe('where sshd takes two logins at once (MaxStartups)', () => {
    const CROWD = 12;
    const crowded = ['MaxStartups 2:100:2', 'PerSourceMaxStartups none'];
    /** Opens so many sessions at once, each a host of its own name, and has each say something. */
    const crowd = async (port: number, more: Partial<ConnectionOptions> = {}) => {
      const all = Array.from({ length: CROWD }, (_, i) =>
        connect(port, { name: `web${i}`, connectTimeout: 30, ...more }),
      );
      const sessions = (await Promise.all(all)).map((connection) => connection.readOnly({ deadline: 30 }));
      return Promise.all(sessions.map(async (session) => (await session.probe(probe('echo in'))).stdout));
    };

    it('all get in, some later', async () => {
      const busy = await net.start(crowded);
      net.trust(busy.port);
      expect(await crowd(busy.port)).toEqual(Array.from({ length: CROWD }, () => 'in\n'));
    });

    it('all get in through a jump host that does', async () => {
      const jump = await net.start(crowded);
      net.trust(jump.port);
      const config = readFileSync(net.path('ssh_config'), 'utf8');
      writeFileSync(
        net.path('crowd_config'),
        `Host inner\n  HostName 127.0.0.1\n  ProxyJump 127.0.0.1:${jump.port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\nHost *\n${config}`,
      );
      const through = { address: 'inner', sshArgs: ['-F', net.path('crowd_config')] };
      expect(await crowd(sshd.port, through)).toEqual(Array.from({ length: CROWD }, () => 'in\n'));
    });

    it('one that never gets in learns why, what was tried, and what helps', async () => {
      const full = await net.start(crowded);
      net.trust(full.port);
      const holders = await Promise.all([1, 2].map(() => greeted(full.port)));
      const { message, todo } = await failure(full.port, { connectTimeout: 2 });
      expect(message).toMatch(/^the host closed the connection.*, [2-9] times$/);
      expect(todo).toMatch(/MaxStartups: use fewer --forks.*PerSourcePenalties.*wait a minute/);
      for (const socket of holders) socket.destroy();
    });
  });

  it('tells a jump host that is down from the host behind it', async () => {
    const closed = await net.start();
    await closed.stop();
    const jump = `127.0.0.1:${closed.port}`;
    const { message, todo } = await failure(sshd.port, { sshArgs: [...net.sshArgs, '-J', jump] });
    expect(message).toBe(`the jump host ${jump}: no connection to 127.0.0.1 port ${closed.port}: Connection refused`);
    expect(todo).toContain(`is the jump host ${jump} up`);
  });

  it('says of a jump host that takes connections and says nothing that nothing came through it', async () => {
    const { server, port } = await silentServer();
    const { message } = await failure(sshd.port, {
      sshArgs: [...net.sshArgs, '-J', `127.0.0.1:${port}`],
      connectTimeout: 1,
    });
    expect(message).toBe(`nothing came through the jump host 127.0.0.1:${port} within 1 s`);
    server.close();
  });

  it("blames the jump host for the jump host's key", async () => {
    const jump = await net.start();
    const { message } = await failure(sshd.port, { sshArgs: [...net.sshArgs, '-J', `127.0.0.1:${jump.port}`] });
    expect(message).toBe(`the jump host 127.0.0.1:${jump.port}'s key is not known (it is in no known_hosts file)`);
  });

  it('gives up within its time on a login that hangs, and quotes it', async () => {
    const hangs = await withLogin('echo mounting your home >&2; exec sleep 60');
    const { message } = await failure(hangs.port, { connectTimeout: 1 });
    expect(message).toBe('no session within 1 s; it said: mounting your home');
  });

  it('waits for a slow login', async () => {
    const slow = await withLogin('sleep 1; exec sh -c "$SSH_ORIGINAL_COMMAND"');
    const host = (await connect(slow.port)).readOnly({ deadline: 10 });
    expect((await host.probe(probe('echo there'))).stdout).toBe('there\n');
  });

  it('quotes an account without a login shell, and a host without sh', async () => {
    const nologin = await withLogin('echo This account is currently not available.; exit 1');
    expect((await failure(nologin.port)).message).toBe(
      'the login ended before a session began (exit code 1): This account is currently not available.',
    );
    const noSh = await withLogin('echo sh: not found >&2; exit 127');
    expect((await failure(noSh.port)).message).toMatch(/^the host has no sh/);
  });

  it('goes through a jump host as ssh_config says', async () => {
    const config = readFileSync(net.path('ssh_config'), 'utf8');
    const jump = await net.start();
    net.trust(jump.port);
    writeFileSync(
      net.path('jump_config'),
      `Host inner\n  HostName 127.0.0.1\n  ProxyJump 127.0.0.1:${jump.port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\nHost *\n${config}`,
    );
    const connection = await connect(sshd.port, { address: 'inner', sshArgs: ['-F', net.path('jump_config')] });
    expect((await connection.readOnly({ deadline: 10 }).probe(probe('echo through'))).stdout).toBe('through\n');
    expect(jump.sessions()).toHaveLength(1);
    await connection.close();
    const closed = await net.start();
    await closed.stop();
    net.trust(closed.port);
    expect((await failure(closed.port, { address: 'inner', sshArgs: ['-F', net.path('jump_config')] })).message).toBe(
      `the jump host 127.0.0.1:${jump.port} could not reach it: connect failed: Connection refused`,
    );
  });

  it('reports a connection that closes in the middle of a step as lost, with the step, and stays lost', async () => {
    const line = new LifeLine();
    const connection = await connect(sshd.port);
    const host = connection.readOnly({ deadline: 60 });
    const running = host.probe(probe(holdsLifeLine), [line.path]);
    await line.begun;
    for (const pid of sshd.sessions()) process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({
      failure: 'lost',
      message: expect.stringMatching(
        /^the connection was lost: the host closed the connection; it was doing .*probe.sh$/,
      ),
    });
    await line.ended;
    await expect(host.probe(probe('echo never'))).rejects.toMatchObject({ failure: 'lost' });
  });

  it('a slow host does not disturb another', async () => {
    const [slow, quick] = [await connect(sshd.port), await connect(sshd.port)];
    const late = slow.readOnly({ deadline: 2 }).probe(probe('exec sleep 60'));
    expect((await quick.readOnly({ deadline: 10 }).probe(probe('echo quick'))).stdout).toBe('quick\n');
    await expect(late).rejects.toMatchObject({ failure: 'deadline' });
  });

  describe('leaves nothing running on the host', () => {
    const running = async (): Promise<{ line: LifeLine; controller: ChildProcess }> => {
      const line = new LifeLine();
      const argv = [
        '--import',
        'tsx',
        new URL('controller.ts', import.meta.url).pathname,
        JSON.stringify(options(sshd.port)),
        probe(holdsLifeLine).path,
        line.path,
      ];
      const controller = spawn(process.execPath, argv, { stdio: ['ignore', 'inherit', 'inherit'] });
      await line.begun;
      return { line, controller };
    };

    it('when the controller is killed with SIGKILL', async () => {
      const { line, controller } = await running();
      controller.kill('SIGKILL');
      await line.ended;
    });

    it('when ssh is killed with SIGKILL', async () => {
      const { line, controller } = await running();
      const [ssh = 0] = readFileSync(`/proc/${controller.pid}/task/${controller.pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .map(Number);
      const ended = once(controller, 'exit');
      process.kill(ssh, 'SIGKILL');
      await line.ended;
      expect(await ended).toEqual([3, null]);
    });
  });
});

/** A connection that the server has greeted and that never logs in. */
async function greeted(port: number): Promise<Socket> {
  const socket = connectTo(port, '127.0.0.1');
  await once(socket, 'data');
  return socket;
}

async function silentServer(greet: (socket: Socket) => void = () => {}): Promise<{ server: Server; port: number }> {
  const server = createServer(greet).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}
