import { expect, test } from 'vitest';
import { createReporter } from '../../src/reporters/index.ts';
import { Captured } from './captured.ts';
import { threeHosts } from './scenarios.ts';

/** A run whose reader goes away after the first line. */
async function runWithout(code: string): Promise<{ stdout: string; stderr: string }> {
  const stdout = new Captured();
  const stderr = new Captured();
  const reporter = await createReporter(
    'plain',
    { stdout, stderr, columns: 80, color: false },
    { diff: false, verbose: 0 },
  );
  const [first, ...rest] = threeHosts();
  if (first) reporter.event(first);
  stdout.failure = Object.assign(new Error(`write ${code}`), { code });
  for (const event of rest) reporter.event(event);
  await reporter.end();
  return { stdout: stdout.text, stderr: stderr.text };
}

test.each(['EPIPE', 'ENOSPC', 'EIO'])('a reader that goes away (%s) does not end the run', async (code) => {
  const { stdout, stderr } = await runWithout(code);
  expect(stdout).toMatch(/^== run .*\n$/);
  expect(stderr).toBe('');
});
