import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import type { LockHolder } from '../../src/core/lock.ts';
import type { Connection } from '../../src/core/session.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { LifeLine, probe, temporaryPath } from './host-scripts.ts';
import { shells } from './shells.ts';

const LOCAL: ConnectionOptions = {
  ...{ name: 'here', kind: 'local', address: 'localhost', port: undefined, user: undefined, privateKey: undefined },
  ...{ sshArgs: [], connectTimeout: 20, become: undefined },
};
const holder = (run: string): LockHolder => ({ run, owner: 'ops@admin-1', since: '2026-11-22T05:14:43.000Z' });
/** Resolves once nobody holds the lock. */
const untilFree = (path: string) => promisify(execFile)('flock', ['-x', path, 'true']);

describe.each(shells)("the host's lock under $name", ({ env }) => {
  let path: string;
  const opened: Connection[] = [];
  const connect = async (more: NodeJS.ProcessEnv = {}): Promise<Connection> => {
    const connection = await openConnection(LOCAL, { ...env, UNWEDGE_LOCK: path, ...more });
    opened.push(connection);
    return connection;
  };
  beforeEach(() => {
    path = temporaryPath('lock');
  });
  afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));

  it('keeps another run out, and tells it who is at work; the session goes on', async () => {
    const [first, second] = [await connect(), await connect()];
    expect(await first.lock(holder('run-1'))).toBeUndefined();
    expect(await second.lock(holder('run-2'))).toEqual(holder('run-1'));
    expect((await second.readOnly({ deadline: 20 }).probe(probe('echo on'))).stdout).toBe('on\n');
    await first.close();
    expect(await second.lock(holder('run-2'))).toBeUndefined();
  });

  it('lets sessions of one run in together, and others only after the last of them', async () => {
    const [first, second, stranger] = [await connect(), await connect(), await connect()];
    for (const session of [first, second]) expect(await session.lock(holder('run-1'))).toBeUndefined();
    await first.close();
    expect(await stranger.lock(holder('run-2'))).toEqual(holder('run-1'));
    await second.close();
    expect(await stranger.lock(holder('run-2'))).toBeUndefined();
  });

  it('is for nobody else to open', async () => {
    await (await connect()).lock(holder('run-1'));
    const { stdout } = await promisify(execFile)('stat', ['-c', '%a', path]);
    expect(stdout).toBe('600\n');
  });

  it('is held by a job that has lost its session, and free once that has ended', async () => {
    const [first, second] = [await connect(), await connect()];
    await first.lock(holder('run-1'));
    const host = first.readOnly({ deadline: 60 });
    const { stdout } = await host.probe(probe(`echo "$$"; awk '{ print $4 }' "/proc/$$/stat"`));
    const [agent = 0, guard = 0] = stdout.split('\n').map(Number);
    const lifeLine = new LifeLine();
    const job = host.probe(probe(`exec 9>"$1"\nsleep 1000 & echo "$!" >&9\nwait`), [lifeLine.path]);
    const lost = expect(job).rejects.toMatchObject({ failure: 'lost' });
    const orphan = Number(await lifeLine.begun);
    for (const pid of [guard, agent]) process.kill(pid, 'SIGKILL');
    await lost;
    expect(await second.lock(holder('run-2'))).toEqual(holder('run-1'));
    process.kill(orphan, 'SIGKILL');
    await untilFree(path);
    expect(await second.lock(holder('run-2'))).toBeUndefined();
  });

  it('does not outlive a session that was killed, nor does the limit of its job hold it', async () => {
    const [first, second] = [await connect(), await connect()];
    await first.lock(holder('run-1'));
    const { stdout } = await first.readOnly({ deadline: 600 }).probe(probe('echo "$$"'));
    process.kill(Number(stdout), 'SIGKILL');
    await untilFree(path);
    expect(await second.lock(holder('run-2'))).toBeUndefined();
  });

  it('says so where there is no flock(1), or no place for a lock', async () => {
    const bin = temporaryPath('without-flock');
    mkdirSync(bin);
    for (const folder of (env.PATH ?? '').split(':').filter(existsSync)) {
      for (const name of readdirSync(folder)) {
        if (name !== 'flock' && !existsSync(`${bin}/${name}`)) symlinkSync(`${folder}/${name}`, `${bin}/${name}`);
      }
    }
    const none = await connect({ PATH: bin });
    // The agent adds the directories of the system's own programs.
    const bare = ['/usr/bin/flock', '/bin/flock', '/usr/sbin/flock', '/sbin/flock', '/usr/local/sbin/flock'];
    expect(bare.slice(2).filter(existsSync)).toEqual([]);
    await expect(none.lock(holder('run-1'))).rejects.toMatchObject({
      failure: 'refused',
      message: 'no lock can be taken on the host: the host has no flock(1)',
    });
    const nowhere = await connect({ UNWEDGE_LOCK: '/nowhere/lock' });
    await expect(nowhere.lock(holder('run-1'))).rejects.toMatchObject({
      failure: 'refused',
      message: 'no lock can be taken on the host: /nowhere/lock cannot be written',
    });
  });

  it('a step whose time is over is told with the program that had not returned', async () => {
    const host = (await connect()).readOnly({ deadline: 1 });
    await expect(host.probe(probe('timeout 60 tail -f /dev/null'))).rejects.toMatchObject({
      failure: 'deadline',
      message: expect.stringMatching(
        /^no answer within 1 s; it was doing .*probe\.sh: tail -f \/dev\/null had not returned/,
      ),
    });
    await expect(host.probe(probe('while :; do :; done'))).rejects.toMatchObject({
      message: expect.not.stringContaining('had not returned'),
    });
  });
});

it('the agent takes no lock by itself: a dry run is not kept out', async () => {
  const path = temporaryPath('lock');
  const connection = await openConnection(LOCAL, { ...process.env, UNWEDGE_LOCK: path });
  await connection.close();
  expect(existsSync(path)).toBe(false);
});
