import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { at, sample } from '../level.ts';
import { temporaryPath } from './host-scripts.ts';

const pathOf = (program: string): string | undefined => {
  try {
    return execFileSync('sh', ['-c', 'command -v "$0"', program]).toString().trim();
  } catch {
    return undefined;
  }
};

/** An environment in which `sh`, for the agent and for its jobs, is that shell; busybox brings its own programs along. */
function environmentOf(shell: string): NodeJS.ProcessEnv {
  const directory = temporaryPath('bin');
  mkdirSync(directory);
  const [program = '', ...options] = shell.split(' ');
  const sh = `${directory}/sh`;
  if (program === 'busybox') {
    for (const applet of ['sh', 'dd', 'timeout', 'setsid', 'env', 'cat', 'sleep', 'kill', 'seq', 'tr']) {
      symlinkSync(pathOf('busybox') ?? '', `${directory}/${applet}`);
    }
  } else {
    writeFileSync(sh, `#!/bin/dash\nexec ${pathOf(program)} ${options.join(' ')} "$@"\n`);
    chmodSync(sh, 0o755);
  }
  return { ...process.env, PATH: `${directory}:${process.env.PATH}` };
}

const SHELLS = ['dash', 'bash', 'bash --posix', 'busybox sh'];

/** The shells that a host's `sh` may be, those that this machine has; at the level `check` only Debian's. */
export const shells = at({ check: ['dash'], test: ['dash', ...sample(SHELLS.slice(1), 1, 'sh')], full: SHELLS })
  .filter((shell) => pathOf(shell.split(' ')[0] ?? '') !== undefined)
  .map((name) => ({ name, env: environmentOf(name) }));
