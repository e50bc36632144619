import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Become, ConnectionOptions } from '../../src/core/connection-options.ts';
import type { Connection } from '../../src/core/session.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { type Lab, labAvailable, labUp } from '../lab/lab.ts';
import { probe } from './host-scripts.ts';

const HOST = 'host1';
const PASSWORD = 'lab-secret';
const asRoot: Become = { user: 'root', password: undefined };
const withPassword = (password: string, user = 'root'): Become => ({ user, password });
const missing = labAvailable();
if (missing !== undefined) console.log(`sudo: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('logins and sudo of a real host', { timeout: 60_000 }, () => {
  let lab: Lab;
  const opened: Connection[] = [];

  beforeAll(async () => {
    lab = await labUp(1, 'sudo');
  });
  afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));
  afterAll(() => lab.down());

  const connect = async (user: string, become?: Become, connectTimeout = 20): Promise<Connection> => {
    const options: ConnectionOptions = {
      name: HOST,
      kind: 'ssh',
      address: lab.address(HOST),
      port: undefined,
      user,
      privateKey: lab.key,
      sshArgs: ['-F', 'none', '-o', `UserKnownHostsFile=${lab.knownHosts}`],
      connectTimeout,
      become,
    };
    const connection = await openConnection(options);
    opened.push(connection);
    return connection;
  };
  const whoami = async (user: string, become?: Become): Promise<string> => {
    const host = (await connect(user, become)).readOnly({ deadline: 20 });
    const { stdout, stderr } = await host.probe(probe('echo "$(id -un) $1"'), ["it's"]);
    return stdout.trim() + stderr;
  };
  const reason = async (user: string, become: Become, connectTimeout?: number): Promise<string> => {
    const failure: unknown = await connect(user, become, connectTimeout).catch((error: unknown) => error);
    expect(failure).toMatchObject({ failure: 'unreachable', todo: expect.stringMatching(/./) });
    expect(JSON.stringify(failure)).not.toContain(PASSWORD);
    return (failure as Error).message;
  };
  const onHost = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await lab.exec(HOST, command);
    expect({ command, code, stderr }).toMatchObject({ code: 0 });
    return stdout;
  };
  /** With these lines in the host's sudoers while `work` runs. */
  const withSudoers = async <T>(lines: string, work: () => Promise<T>): Promise<T> => {
    await onHost(`printf '%s\\n' '${lines}' >/etc/sudoers.d/test && chmod 440 /etc/sudoers.d/test && visudo -cq`);
    return work().finally(() => onHost('rm /etc/sudoers.d/test'));
  };

  it.each(['root', 'ops', 'fishy', 'tcshy', 'noisy'])(
    'logs in as %s, whatever that login shell is and says',
    async (user) => {
      expect(await whoami(user)).toBe(`${user} it's`);
    },
  );

  it.each<[string, Become, string]>([
    ['ops', asRoot, 'root'],
    ['ops', withPassword('never sent: sudo does not ask'), 'root'],
    ['ops', { user: 'fishy', password: undefined }, 'fishy'],
    ['opspw', withPassword(PASSWORD), 'root'],
    ['opspw', withPassword(PASSWORD, 'tcshy'), 'tcshy'],
    ['fishy', asRoot, 'root'],
    ['tcshy', asRoot, 'root'],
    ['noisy', asRoot, 'root'],
    ['root', asRoot, 'root'],
  ])('%s becomes, with %j, %s', async (user, become, expected) => {
    expect(await whoami(user, become)).toBe(`${expected} it's`);
  });

  it.each<[string, Become, string]>([
    ['opspw', asRoot, 'sudo needs a password to become root'],
    ['opspw', withPassword('wrong'), 'sudo refused the become password'],
    ['opspw', withPassword(''), 'sudo refused the become password'],
    ['tty', asRoot, 'sudo on the host demands a terminal (requiretty)'],
    ['tty', withPassword(PASSWORD), 'sudo on the host demands a terminal (requiretty)'],
    ['ops', { user: 'nobody-at-all', password: undefined }, 'the host has no user nobody-at-all to become'],
  ])('%s does not become, with %j: %s', async (user, become, message) => {
    expect(await reason(user, become)).toBe(message);
  });

  it('tells who is not in sudoers, and who may not run sh, once sudo knows the password', async () => {
    await onHost(`echo nosudo:${PASSWORD} | chpasswd`);
    expect(await reason('nosudo', withPassword(PASSWORD))).toBe("nosudo is not in the host's sudoers");
    const limited = () => reason('nosudo', withPassword(PASSWORD));
    expect(await withSudoers('nosudo ALL=(ALL) /usr/bin/true', limited)).toBe(
      "the host's sudoers do not let nosudo run sh as root",
    );
  });

  it('says that the host has no sudo', async () => {
    await onHost('mv /usr/bin/sudo /usr/bin/sudo.away');
    const said = await reason('ops', asRoot).finally(() => onHost('mv /usr/bin/sudo.away /usr/bin/sudo'));
    expect(said).toBe('the host has no sudo (or none that this user may run)');
  });

  it('sends the password once only: accounts get locked by guessing', async () => {
    const wrongs = 'journalctl -t sudo -o cat | grep -c "authentication failure;.*user=opspw" || :';
    const before = Number(await onHost(wrongs));
    await reason('opspw', withPassword('wrong'));
    expect(Number(await onHost(wrongs)) - before).toBe(1);
  });

  it.each(['use_pty', 'log_output', 'use_pty, log_input, log_output'])(
    'works where sudo is set to %s, deadline and end included',
    (settings) =>
      withSudoers(`Defaults:opspw ${settings}`, async () => {
        const connection = await connect('opspw', withPassword(PASSWORD));
        const host = connection.readOnly({ deadline: 20 });
        const text = 'x'.repeat(5000);
        expect((await host.probe(probe('printf %s "$1"'), [text])).stdout).toBe(text);
        const late = connection.readOnly({ deadline: 1 }).probe(probe('sleep 4343 & sleep 4343'));
        await expect(late).rejects.toMatchObject({ failure: 'deadline' });
        expect(await onHost('pgrep -cx -f "sleep 4343" || :')).toBe('0\n');
      }),
  );

  it("shows the password in no process and no log, and one constant command in sudo's", async () => {
    const host = (await connect('opspw', withPassword(PASSWORD))).readOnly({ deadline: 20 });
    const secretScript = probe(`: script-text; tr '\\0' '\\n' </proc/self/environ`);
    expect((await host.probe(secretScript, ['an-argument'])).stdout).not.toContain(PASSWORD);
    const inProcesses = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'`;
    const logs = 'journalctl --no-pager -o cat';
    const everything = (await onHost(inProcesses)) + (await onHost(logs));
    for (const hidden of [PASSWORD, 'script-text', 'an-argument']) expect(everything).not.toContain(hidden);
    expect(await onHost(inProcesses)).toContain('unwedge-started');
  });

  it.each<[string, Become]>([
    ['ops', asRoot],
    ['opspw', withPassword(PASSWORD)],
  ])('ends a root step of %s when the connection is closed', async (user, become) => {
    await onHost('rm -f /run/begun /run/line; mkfifo /run/begun /run/line');
    const [begun, ended] = [onHost('cat /run/begun'), onHost('cat /run/line')];
    const connection = await connect(user, become);
    const running = connection
      .readOnly({ deadline: 60 })
      .probe(probe('exec 9>/run/line; echo begun >/run/begun; sleep 1000 & sleep 1000'));
    await begun;
    const rejected = expect(running).rejects.toMatchObject({ failure: 'cancelled' });
    await Promise.all([connection.close(), rejected, ended]);
  });
});
