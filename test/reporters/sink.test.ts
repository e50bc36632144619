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

test('a reader that has seen enough does not end the run', async () => {
  const { stdout, stderr } = await runWithout('EPIPE');
  expect(stdout).toMatch(/^== run .*\n$/);
  expect(stderr).toBe('');
});

test('output that is lost for another reason is told on stderr, once', async () => {
  expect((await runWithout('ENOSPC')).stderr).toBe('unwedge: output lost (write ENOSPC); the journal has it all\n');
});
