import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sandbox } from '../docs/sandbox.ts';

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox({ 'host.ini': 'web-1 ansible_connection=local\n' });
  const mark = join(sandbox.dir, 'mark');
  // Without an undo before a step that may fail, lint has a warning.
  sandbox.write(
    'touch.yaml',
    `- hosts: all\n  rollout: { on_failure: rollback_host }\n  steps:\n    - command: { check: test -e ${mark}, run: touch ${mark} }\n    - command: { check: "true", run: "true" }\n`,
  );
  sandbox.write('fail.yaml', '- hosts: all\n  steps:\n    - assert: { that: "1 == 2" }\n');
});
afterAll(() => sandbox.remove());
beforeEach(() => rmSync(join(sandbox.dir, 'mark'), { force: true }));

const run = (words: string) => sandbox.type(`unwedge run -i host.ini ${words}`);

describe('--quiet', () => {
  it('prints nothing at all where nothing is to be done, also not what lint has to say', () => {
    expect(run('touch.yaml').stderr).not.toBe('');
    for (const more of ['', '--check', '--output json', '--output tree'])
      expect(run(`touch.yaml --quiet ${more}`)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('prints the whole plain report of a change that a check predicts, and of one that was made', () => {
    const predicted = run('touch.yaml -q --check --detailed-exitcode');
    expect(predicted).toMatchObject({
      code: 10,
      stdout: expect.stringMatching(/^== check [\s\S]*would change:[\s\S]*1 host: 1 would change\n/),
    });
    const made = run('touch.yaml -q');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^== run [\s\S]*1 host: 1 changed\n/) });
  });

  it('prints what failed, and what is refused', () => {
    expect(run('fail.yaml -q')).toMatchObject({ code: 2, stdout: expect.stringContaining('1 failed') });
    expect(run('none.yaml -q')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('none.yaml') });
  });
});

describe('--playbook-sha256', () => {
  const SHA = /--playbook-sha256 ([0-9a-f]{64})/;

  it('refuses a playbook that is another, and names what it is now', () => {
    const { code, stderr } = run(`touch.yaml --playbook-sha256 ${'0'.repeat(64)}`);
    expect(code).toBe(1);
    const [, now = ''] = SHA.exec(stderr) ?? [];
    expect(run(`touch.yaml --playbook-sha256 ${now}`).code).toBe(0);
    sandbox.write('fail.yaml', '- hosts: all\n  steps:\n    - assert: { that: "1 == 3" }\n');
    expect(run(`fail.yaml --playbook-sha256 ${now}`)).toMatchObject({ code: 1, stdout: '' });
  });
});
