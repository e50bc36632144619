import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { labAvailable } from './lab.ts';

const reason = labAvailable();
if (reason) console.log(`lab, demo: skipped, ${reason}`);

test.skipIf(reason)(
  'the demo frees wedged hosts, shows the proof and leaves nothing behind',
  { timeout: 600_000 },
  () => {
    const demo = spawnSync('bash', [new URL('demo.sh', import.meta.url).pathname], { encoding: 'utf8' });
    expect(demo.status).toBe(0);
    const [before = '', after = ''] = demo.stdout.split('── The proof');
    expect(before).toMatch(/Removal In Progress/);
    expect(before).toMatch(/by mountinfo: in the namespaces of processes \d/);
    expect(after).not.toMatch(/Removal In Progress|in the namespaces/);
    expect(after.match(/by mountinfo: none/g)).toHaveLength(4);
    const lab = `demo-${spawnSync('cksum', { input: process.cwd(), encoding: 'utf8' }).stdout.split(' ')[0]}`;
    expect(spawnSync('grep', ['-c', lab, '/proc/self/mountinfo'], { encoding: 'utf8' }).stdout).toBe('0\n');
  },
);
