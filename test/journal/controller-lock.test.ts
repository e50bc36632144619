import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { lockHolder, takeLock } from '../../src/journal/controller-lock.ts';

const holder = (run: string) => ({ run, owner: 'ops@admin-1', since: '2026-11-22T05:14:43.000Z' });
let count = 0;
const newName = () => `test ${process.pid} ${count++}`;

/** Another process that holds a lock; resolves once it does. */
async function otherController(name: string) {
  const source = `import { takeLock } from './src/journal/controller-lock.ts';
    console.log('heldBy' in (await takeLock(process.argv[1], ${JSON.stringify(holder('run-1'))})) ? 'refused' : 'held');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(createInterface({ input: child.stdout }), 'line');
  expect(said).toBe('held');
  return child;
}

it('one at a time: whoever comes later is told who is at work', async () => {
  const name = newName();
  const first = await takeLock(name, holder('run-1'));
  expect(await takeLock(name, holder('run-2'))).toEqual({ heldBy: holder('run-1') });
  expect(await lockHolder(name)).toEqual(holder('run-1'));
  if ('release' in first) first.release();
  expect(await lockHolder(name)).toBeUndefined();
  const next = await takeLock(name, holder('run-2'));
  expect(next).toHaveProperty('release');
  if ('release' in next) next.release();
});

it('locks of other names are others', async () => {
  const locks = [await takeLock(newName(), holder('run-1')), await takeLock(newName(), holder('run-2'))];
  for (const lock of locks) {
    expect(lock).toHaveProperty('release');
    if ('release' in lock) lock.release();
  }
});

it('is free as soon as its process is gone, also after kill -9', async () => {
  const name = newName();
  const other = await otherController(name);
  expect(await takeLock(name, holder('run-2'))).toEqual({ heldBy: holder('run-1') });
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
  expect(await lockHolder(name)).toBeUndefined();
});

it('is held by a process that is stopped, though it can not say who it is', async () => {
  const name = newName();
  const other = await otherController(name);
  other.kill('SIGSTOP');
  expect(await takeLock(name, holder('run-2'))).toEqual({
    heldBy: { run: 'unknown', owner: 'unknown', since: 'unknown' },
  });
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
});
