/**
 * Everything, in full: each scenario on each personality, a fault at each place, thousands of random inputs, every lab.
 * Usage: npm run test:full [-- --shard 3/8]     Shards can run on different machines; each prints a summary of its own.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from './unwedge.ts';

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const shard = shardOf(process.argv.slice(2));
const began = performance.now();
// What is no test of a file is done once, by the first shard.
const first = shard.startsWith('1/');
const env = { ...process.env, UNWEDGE_LEVEL: 'full' };
const byTheFirst = [
  ['npm', 'run', 'lint'],
  ['bash', 'test/node-versions.sh'],
];
for (const [program = '', ...args] of [['bash', 'test/prerequisites.sh'], ...(first ? byTheFirst : [])]) {
  const { status } = spawnSync(program, args, { cwd: packageRoot, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
process.exitCode = await tests();

/** All tests of this shard at the level `full`. @returns the exit code */
async function tests(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'unwedge-full-'));
  const file = join(dir, 'results.json');
  const of = ['--config', 'test/vitest.config.ts', '--project', 'unit', '--project', 'lab', `--shard=${shard}`];
  const vitest = ['vitest', 'run', ...of, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const child = spawn('npx', vitest, {
    cwd: packageRoot,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const reasons = new Set<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    console.log(line);
    if (/: skipped, /.test(line)) reasons.add(line.trim());
  });
  const [code] = await once(child, 'close');
  summarize(JSON.parse(readFileSync(file, 'utf8')), [...reasons]);
  rmSync(dir, { recursive: true });
  return code ?? 1;
}

function summarize({ testResults }: Results, reasons: readonly string[]): void {
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  const skipped = (status: string) => ['skipped', 'pending', 'todo', 'disabled'].includes(status);
  console.log(
    `\ntest:full, shard ${shard}, ${seconds(performance.now() - began)}${first ? ', with lint and each version of Node' : ''}`,
  );
  for (const { name, startTime, endTime, assertionResults } of testResults) {
    const count = (is: (status: string) => boolean) => assertionResults.filter(({ status }) => is(status)).length;
    const [passed, failed, left] = [count((s) => s === 'passed'), count((s) => s === 'failed'), count(skipped)];
    console.log(
      `  ${name.slice(packageRoot.length)}: ${passed} passed, ${failed} failed, ${left} skipped, ${seconds(endTime - startTime)}`,
    );
  }
  const left = testResults.flatMap((file) => file.assertionResults.filter(({ status }) => skipped(status)));
  console.log(left.length === 0 ? 'nothing was skipped' : `skipped: ${left.length}`);
  for (const { fullName } of left) console.log(`  ${fullName.trim()}`);
  for (const reason of reasons) console.log(`  why: ${reason}`);
}

function shardOf(args: readonly string[]): string {
  const [flag, value = ''] = args;
  if (flag === undefined) return '1/1';
  const [, index, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(value) ?? [];
  if (flag !== '--shard' || args.length !== 2 || Number(index) > Number(count) || index === undefined) {
    console.error('Usage: npm run test:full [-- --shard 3/8]');
    process.exit(1);
  }
  return value;
}
