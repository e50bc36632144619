import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHolder, takeLock } from '../../src/journal/controller-lock.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const holder = (run: string) => ({ run, owner: 'ops@admin-1', since: '2026-11-22T05:14:43.000Z' });
let base: string;
let directory: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'unwedge-lock-'));
  directory = join(base, 'locks');
});
afterEach(() => rmSync(base, { recursive: true }));
const place = (name = 'a') => ({ directory, name });
const take = (run: string, name = 'a') => takeLock(place(name), holder(run), wait);

/** Another process that holds a lock; resolves once it does. */
async function otherController(name = 'a') {
  const source = `import { takeLock } from './src/journal/controller-lock.ts';
    import { setTimeout as wait } from 'node:timers/promises';
    const lock = await takeLock(${JSON.stringify(place(name))}, ${JSON.stringify(holder('run-1'))}, wait);
    console.log('heldBy' in lock ? 'refused' : 'held');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(createInterface({ input: child.stdout }), 'line');
  expect(said).toBe('held');
  return child;
}

it('one at a time: who comes later is told who holds it', async () => {
  const first = await take('run-1');
  expect(await take('run-2')).toEqual({ heldBy: holder('run-1') });
  expect(await lockHolder(place())).toEqual(holder('run-1'));
  if ('release' in first) first.release();
  expect(await lockHolder(place())).toBeUndefined();
  const next = await take('run-2');
  expect(next).toHaveProperty('release');
  if ('release' in next) next.release();
  expect(readdirSync(directory)).toEqual([]);
});

it('locks of other names are others', async () => {
  const locks = [await take('run-1', 'a'), await take('run-2', 'b')];
  for (const lock of locks) {
    expect(lock).toHaveProperty('release');
    if ('release' in lock) lock.release();
  }
});

it('is free as soon as its process has ended, also after kill -9', async () => {
  const other = await otherController();
  expect(await take('run-2')).toEqual({ heldBy: holder('run-1') });
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
  expect(await lockHolder(place())).toBeUndefined();
  const next = await take('run-2');
  expect(next).toHaveProperty('release');
  if ('release' in next) next.release();
});

it('is held by a process that is stopped, though it can not say who it is', async () => {
  const other = await otherController();
  other.kill('SIGSTOP');
  expect(await take('run-2')).toEqual({ heldBy: { run: 'unknown', owner: 'unknown', since: 'unknown' } });
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
});

it('of many that come at once, again and again, exactly one has it', { timeout: 300_000 }, async () => {
  let inside = 0;
  let served = 0;
  const contender = async (run: string) => {
    const lock = await take(run);
    if ('heldBy' in lock) return;
    inside++;
    served++;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    inside--;
    lock.release();
  };
  for (let round = 0; round < 100; round++) {
    const before = served;
    await Promise.all([contender('run-1'), contender('run-2')]);
    expect(served).toBeGreaterThan(before);
  }
});

it('a directory with a name longer than a socket may have', async () => {
  directory = join(base, 'x'.repeat(200), 'locks');
  mkdirSync(join(base, 'x'.repeat(200)));
  const first = await take('run-1');
  expect(await take('run-2')).toEqual({ heldBy: holder('run-1') });
  if ('release' in first) first.release();
});

describe('another user of this machine', () => {
  it('has no part in a directory that was made for locks', async () => {
    const lock = await take('run-1');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    if ('release' in lock) lock.release();
  });

  it.skipIf(!isRoot)('can not hold a lock, nor make the directory one that is used', async () => {
    chmodSync(base, 0o755);
    mkdirSync(directory, { mode: 0o700 });
    const squat = `require('node:net').createServer().listen(process.argv[1], () => process.exit(7)).on('error', (e) => { console.log(e.code); process.exit(8); })`;
    const file = join(directory, `${createHash('sha256').update('a').digest('hex').slice(0, 32)}.0000`);
    const tried = spawnSync(process.execPath, ['-e', squat, file], { uid: NOBODY, gid: NOBODY, encoding: 'utf8' });
    expect({ code: tried.status, said: tried.stdout }).toEqual({ code: 8, said: 'EACCES\n' });
    for (const spoil of [() => chownSync(directory, NOBODY, NOBODY), () => chmodSync(directory, 0o777)]) {
      spoil();
      await expect(take('run-1')).rejects.toThrow(
        /locks (is owned by uid 65534|can be written by every user \(mode 0777\))/,
      );
      chownSync(directory, 0, 0);
    }
  });

  it('an unusable directory is refused, with what to do', async () => {
    writeFileSync(directory, '');
    await expect(take('run-1')).rejects.toThrow(/^no lock can be kept in .*locks: /);
  });
});
