import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { underEachShell } from './shells.ts';

const sources = fileURLToPath(new URL('../../src/', import.meta.url));
const scripts = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.sh'));

underEachShell(({ shell: [program = 'sh', ...options] }) => {
  it.each(scripts)('%s is read without complaint', (script) => {
    const { status, stderr } = spawnSync(program, [...options, '-n', sources + script], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
