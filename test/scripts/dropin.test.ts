import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScript, temporaryPath } from './programs.ts';
import { underEachShell } from './shells.ts';

describe('steps/dropin/probe.sh', () => {
  underEachShell((runner) => {
    it('tells which files read after it set the same, with a value or without', () => {
      const directory = temporaryPath('unit.d');
      mkdirSync(directory);
      const files = {
        '05-early': '[Service]\nMountFlags=shared\n',
        '20-other': '[Service]\nMountFlagsX=1\n# MountFlags=slave\n',
        '50-reset': '[Service]\nMountFlags=\n',
        '9-late': '[Service]\n MountFlags = shared',
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(`${directory}/${name}.conf`, text);
      expect(runScript(runner, 'steps/dropin/probe.sh', [`${directory}/10-unwedge.conf`, 'MountFlags'])).toEqual({
        code: 0,
        stdout: ['50-reset', '9-late'].map((name) => `${directory}/${name}.conf\n`).join(''),
        stderr: '',
      });
    });

    it('knows drop-ins of all services', () => {
      const system = temporaryPath('system');
      for (const [path, text] of [
        ['docker.service.d/10-unwedge', ''],
        ['service.d/05-early', 'MountFlags=shared\n'],
        ['service.d/20-late', 'MountFlags=shared\n'],
      ]) {
        mkdirSync(dirname(`${system}/${path}`), { recursive: true });
        writeFileSync(`${system}/${path}.conf`, `[Service]\n${text}`);
      }
      const words = [`${system}/docker.service.d/10-unwedge.conf`, 'MountFlags'];
      expect(runScript(runner, 'steps/dropin/probe.sh', words).stdout).toBe(`${system}/service.d/20-late.conf\n`);
    });

    it('tells nothing where the unit has no drop-ins', () => {
      const path = `${temporaryPath('none.d')}/10-unwedge.conf`;
      expect(runScript(runner, 'steps/dropin/probe.sh', [path, 'MountFlags'])).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    });
  });
});
