import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
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

const asking = scripts.filter((script) => callOfDocker(script) > 0);

it.each(asking)("%s asks this host's daemon, whatever DOCKER_HOST root has", (script) => {
  expect(textOf(script).search(/DOCKER_HOST=unix:\/\/\/var\/run\/docker\.sock/)).toBeGreaterThan(0);
});

function textOf(script: string): string {
  return readFileSync(sources + script, 'utf8');
}

function callOfDocker(script: string): number {
  return textOf(script).search(/^[^#\n]*\bdocker (?:inspect|ps|rm|info|version|restart|stop|logs)\b/m);
}
