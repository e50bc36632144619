import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { program } from '../unwedge.ts';

it.each([
  ['18.20.8', 1, /^error: unwedge needs Node 20\.19 or later, and this is v\d+\.\d+\.\d+\n$/],
  ['20.18.3', 1, /^error: unwedge needs Node 20\.19 or later/],
  ['20.19.0', 0, /^$/],
  ['24.0.0', 0, /^$/],
])('on Node %s the command ends with %i', (version, code, says) => {
  const as = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); process.argv = ['node', 'unwedge', '--version']; require('${program}')`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', as], { encoding: 'utf8' });
  expect(stderr).toMatch(says);
  expect(status).toBe(code);
});
