import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { level } from '../level.ts';
import { simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, demo: skipped, ${reason}`);

const demo = async (...args: string[]) => {
  const child = spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'test/sim/demo.ts', ...args]);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { ...output, code };
};

// Twelve hosts that others have tested one by one.
test.skipIf(reason || level !== 'full')(
  'the demo frees what is stuck on a mount, and tells what it leaves',
  { timeout: 300_000 },
  async () => {
    const { stdout, stderr, code } = await demo();
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const [before = '', after = ''] = stdout.split('── The proof');
    expect(before.match(/its mounts: in the namespaces of processes \d/g)).toHaveLength(7);
    expect(after.match(/gone from docker; its mounts: none/g)).toHaveLength(7);
    expect(after).toMatch(/node-11 {2}victim: Removal In Progress; its mounts: none/);
  },
);

test('the demo says what it takes', async () => {
  const { stderr, code } = await demo('--rael');
  expect({ stderr, code }).toEqual({ stderr: 'npm run demo -- --rael: it takes nothing, or --real\n', code: 1 });
});
