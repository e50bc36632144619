import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardening } from '../../src/schedule/hardening.ts';
import { readNote } from '../../src/schedule/note.ts';
import { quoted, serviceText, timerText } from '../../src/schedule/unit-text.ts';
import { HOSTILE, schedule } from './sample-schedule.ts';

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
/** EL7, EL8, Debian 11, Debian 12, one to come. */
const VERSIONS = [219, 239, 247, 252, 300];

describe('a service and its timer', () => {
  it('tell of themselves what list shows, whatever is in a name', () => {
    const made = schedule({ mode: 'apply', when: "a 'b' \\" });
    for (const text of [serviceText(made, 252, 'system'), timerText(made)])
      expect(readNote(text)).toEqual({
        ...{ name: 'nightly', mode: 'apply', when: "a 'b' \\", playbooks: [HOSTILE] },
        ...{ inventory: ['/srv/inventory.yaml', 'a,b,'], program: made.program, stateDir: '/var/lib/unwedge' },
      });
    expect(readNote('[Unit]\nDescription=mine\n')).toBeUndefined();
    expect(serviceText(made, 252, 'system').match(/^#.*[^\x00-\x7f].*$/m)).toBeNull();
  });

  it.each([
    ['plain', '"plain"'],
    ['a b', '"a b"'],
    ['100%', '"100%%"'],
    [`$HOME \${PATH}`, `"$$HOME $$\{PATH}"`],
    ['a"b\\c', '"a\\"b\\\\c"'],
    [';', '";"'],
    ['', '""'],
  ])('a word %j stands in ExecStart as %s', (word, written) => {
    expect(quoted(word)).toBe(written);
  });

  it.each(VERSIONS)('for systemd %i have only what that one knows, and the strictest of it', (version) => {
    const lines = hardening(version, 'system').map((line) => line.split('=')[0]);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines).toEqual(expect.arrayContaining(['NoNewPrivileges', 'ProtectSystem', 'ProtectHome', 'PrivateTmp']));
    expect(lines).not.toContain('MemoryDenyWriteExecute');
    expect(lines.includes('ProtectProc')).toBe(version >= 247);
    expect(hardening(version, 'system')).toContain(`ProtectSystem=${version < 232 ? 'full' : 'strict'}`);
    const state = serviceText(schedule(), version, 'system');
    expect(state.includes('\nStateDirectory=unwedge\n')).toBe(version >= 235);
    expect(state.includes('\nReadWriteDirectories="/var/lib/unwedge"\n')).toBe(version < 231);
  });

  it("a user's own has no mount namespace, which it could not make; one for this machine itself has no sandbox", () => {
    expect(serviceText(schedule(), 252, 'user')).not.toMatch(/^(Protect|Private|StateDirectory|Capability)/m);
    expect(serviceText(schedule(), 252, 'user')).toMatch(/^NoNewPrivileges=yes$/m);
    expect(serviceText(schedule({ local: true }), 252, 'system')).not.toMatch(/^(Protect|Private|Restrict|NoNew)/m);
  });

  it('write to another state directory where one is given, and to where reports are', () => {
    const text = serviceText(schedule({ stateDir: '/srv/my state' }), 252, 'system');
    expect(text).toContain('\nReadWritePaths="/srv/my state"\n');
    // The locks of all runs are there.
    expect(text).toContain('\nStateDirectory=unwedge\n');
    expect(serviceText(schedule({ stateDir: '/srv/s' }), 231, 'system')).toContain(
      '\nReadWritePaths=-/var/lib/unwedge\n',
    );
    const reports = serviceText(schedule({ writes: ['/var/lib/node_exporter'] }), 252, 'system');
    expect(reports).toContain('\nStateDirectory=unwedge\n');
    expect(reports).toContain('\nReadWritePaths="/var/lib/node_exporter"\n');
  });

  it.skipIf(!analyze).each(VERSIONS)('as for systemd %i, are taken by the one here without a word', (version) => {
    const dir = mkdtempSync(join(tmpdir(), 'unwedge-units-'));
    try {
      const made = schedule({
        program: [process.execPath, '/opt/unwedge/main.cjs'],
        times: ['Mon..Fri 03:15', '*:0/5'],
      });
      writeFileSync(join(dir, 'unwedge-schedule-nightly.service'), serviceText(made, version, 'system'));
      writeFileSync(join(dir, 'unwedge-schedule-nightly.timer'), timerText(made));
      const told = spawnSync('systemd-analyze', ['verify', join(dir, 'unwedge-schedule-nightly.timer')], {
        encoding: 'utf8',
      });
      expect(told).toMatchObject({ status: 0, stdout: '', stderr: '' });
      const score = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', join(dir, 'unwedge-schedule-nightly.service')],
        { encoding: 'utf8' },
      );
      const rated = Number(/Overall exposure level .*: ([\d.]+)/.exec(score.stdout)?.[1]);
      expect(rated).toBeLessThan(version < 230 ? 7 : version < 247 ? 4 : 2.5);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
