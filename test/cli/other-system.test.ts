import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { packageRoot, program } from '../unwedge.ts';

/** The command on a controller whose uname says so. */
function on(system: string, ...argv: string[]) {
  const as = `data:text/javascript,import os from 'node:os'; os.type = () => '${system}'`;
  const call = ['--import', as, program, ...argv];
  const { status, stdout, stderr } = spawnSync(process.execPath, call, { encoding: 'utf8', cwd: packageRoot });
  return { status, stdout, stderr };
}

describe('a controller that does not run Linux', () => {
  it('is refused if it is Windows, whatever the command', () => {
    for (const argv of [['playbooks'], ['audit', '-i', 'web-1,'], ['runs', 'show', 'x']])
      expect(on('Windows_NT', ...argv)).toEqual({
        status: 1,
        stdout: '',
        stderr: 'error: unwedge does not run on Windows\n  run it on Linux, for example in WSL\n',
      });
  });

  it('gets a warning from commands that go to hosts', () => {
    const warning = 'warning: this machine runs Darwin; unwedge is tested on Linux only, here as on its hosts\n';
    for (const argv of [
      ['run', 'none.yaml', '-i', 'web-1,'],
      ['rollback', 'none'],
    ]) {
      const { status, stderr } = on('Darwin', ...argv);
      expect(stderr.split('error: ')[0]).toBe(warning);
      expect(status).toBe(1);
    }
  });

  it('gets none from the others', () => {
    expect(on('Darwin', 'lint', 'playbooks/audit.yaml')).toMatchObject({ status: 0, stderr: '' });
    expect(on('Linux', 'rollback', 'none').stderr).not.toContain('warning');
  });
});
