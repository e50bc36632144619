import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { temporaryPath } from './programs.ts';
import { underEachShell } from './shells.ts';

const script = `${packageRoot}src/schedule/cron.sh`;

describe('schedule/cron.sh', () => {
  underEachShell(({ shell }) => {
    const [program = '', ...options] = shell;
    const logIn = (name: string): string => {
      const dir = temporaryPath(name);
      mkdirSync(dir);
      return `${dir}/a log`;
    };
    const run = (log: string, command: string) => {
      const { status, stdout, stderr } = spawnSync(program, [...options, script, log, 'sh', '-c', command], {
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    const lines = (log: string) =>
      readFileSync(log, 'utf8')
        .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/gm, 'T')
        .trimEnd()
        .split('\n');

    it('says nothing where the command says nothing; the log has both ends', () => {
      const log = logIn('silent');
      expect(run(log, ':')).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(lines(log)).toEqual(['T began', 'T ended 0']);
    });

    it('hands on what is said on either stream, and the exit code', () => {
      const log = logIn('loud');
      expect(run(log, 'echo out; echo err >&2; exit 10')).toEqual({ status: 10, stdout: 'out\nerr\n', stderr: '' });
      expect(lines(log)).toEqual(['T began', 'out', 'err', 'T ended 10']);
    });

    it('keeps it out of the mail that another run was at work', () => {
      const log = logIn('locked');
      expect(run(log, 'echo locked; exit 30')).toEqual({ status: 30, stdout: '', stderr: '' });
      expect(lines(log)).toEqual(['T began', 'locked', 'T ended 30']);
    });

    it('leaves a run out while the last one, or what it has left behind, is at work', async () => {
      const log = logIn('overlap');
      const first = spawn(program, [...options, script, log, 'sh', '-c', 'exec cat'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await vi.waitUntil(() => existsSync(log) && lines(log).includes('T began'));
      expect(run(log, 'echo never')).toEqual({ status: 30, stdout: '', stderr: '' });
      first.stdin.end();
      await once(first, 'close');
      expect(run(log, ':').status).toBe(0);
      expect(lines(log)).toEqual([
        'T began',
        'T left out: the last run is still at work',
        'T ended 0',
        'T began',
        'T ended 0',
      ]);
    });

    it('keeps one older log of 2 MB', () => {
      const log = logIn('long');
      writeFileSync(log, '');
      truncateSync(log, 3 * 1024 * 1024);
      run(log, ':');
      expect(lines(log)).toEqual(['T began', 'T ended 0']);
      expect(readFileSync(`${log}.1`).length).toBe(3 * 1024 * 1024);
    });
  });
});
