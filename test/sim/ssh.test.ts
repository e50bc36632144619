import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionOptions } from '../../src/inventory/connection.ts';
import { matchHosts } from '../../src/inventory/host-pattern.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { runLocal } from '../../src/transport/run-local.ts';
import { pathOf } from '../scripts/programs.ts';
import { probe } from '../transport/host-scripts.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';
import { newKeyPair } from './sshd.ts';

const reason =
  simAvailable() ?? (pathOf('ssh') ? undefined : 'no OpenSSH client (Debian: apt-get install openssh-client)');

describe.skipIf(reason)(`ssh to a simulated host${reason ? `: ${reason}` : ''}`, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet([{ name: 'one', personality: personality('debian-20.10-overlay2') }]);
  });
  afterAll(() => fleet.close());

  const client = (options: readonly string[], ...command: readonly string[]) => {
    const [ssh = '', ...args] = fleet.ssh('one');
    return spawn(ssh, [...options, ...args, ...command]);
  };
  const run = async (child: ReturnType<typeof client>, stdin = '') => {
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => {
      output.stdout += text;
    });
    child.stderr.on('data', (text) => {
      output.stderr += text;
    });
    child.stdin.end(stdin);
    const [code] = await once(child, 'close');
    return { ...output, code };
  };

  it('runs a command line with its stdin, stdout, stderr and exit status', async () => {
    const command = 'cat; echo "to stderr" >&2; exit 7';
    expect(await run(client([], command), 'to stdin\n')).toEqual({
      stdout: 'to stdin\n',
      stderr: 'to stderr\n',
      code: 7,
    });
  });

  it('runs it in the host, as root, with a login’s environment and no other', async () => {
    const { stdout } = await run(client([], 'hostname; id -u; pwd; cat /proc/1/comm; env | sort'));
    expect(stdout.split('\n').filter((line) => !/^(OLD)?PWD=/.test(line))).toEqual([
      ...['one', '0', '/root', 'systemd'],
      ...['HOME=/root', 'LOGNAME=root', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ...['SHELL=/bin/sh', 'USER=root', ''],
    ]);
  });

  it('passes on megabytes in both directions unchanged', async () => {
    const text = 'x'.repeat(3_000_000);
    expect((await run(client([], 'cat'), text)).stdout === text).toBe(true);
  });

  it('tells that a signal ended the command', async () => {
    const { code, stderr } = await run(client(['-v'], 'kill -KILL $$'));
    expect({ code, stderr }).toEqual({ code: 255, stderr: expect.stringContaining('exit-signal') });
  });

  it('lets nobody in without the key of the fleet', async () => {
    const other = join(fleet.directory, 'other');
    writeFileSync(other, newKeyPair().private, { mode: 0o600 });
    const [ssh = '', ...args] = fleet.ssh('one').map((word) => (word === fleet.key ? other : word));
    const refused = await run(spawn(ssh, ['-o', 'BatchMode=yes', ...args, 'true']));
    expect(refused).toEqual({
      stdout: '',
      stderr: expect.stringContaining('Permission denied (publickey)'),
      code: 255,
    });
  });

  it('ends the command when the client goes away', async () => {
    const host = fleet.host('one');
    await host.exec('mkfifo /tmp/life-line');
    const child = client([], 'exec 3>/tmp/life-line; echo begun >&3; sleep 1000');
    // Ends when nobody has it open for writing any more.
    const reader = host.start('cat /tmp/life-line');
    await once(reader.stdout, 'data');
    child.kill('SIGKILL');
    expect(await once(reader, 'close')).toEqual([0, null]);
  });

  it('is what the inventory of the fleet leads unwedge to', async () => {
    const inventory = await loadInventory([fleet.inventory], runLocal);
    const [host] = matchHosts('debian-20_10-overlay2', inventory);
    if (host === undefined) throw new Error('the inventory lacks it');
    const connection = await openConnection(connectionOptions(host, { connectTimeout: 10 }));
    try {
      const session = connection.readOnly({ deadline: 10 });
      expect(await session.probe(probe('hostname; echo "$1"'), ["it's"])).toMatchObject({
        code: 0,
        stdout: "one\nit's\n",
      });
    } finally {
      await connection.close();
    }
  });
});
