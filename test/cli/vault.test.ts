import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../docs/sandbox.ts';

/** By ansible-vault 2.14, with the password pw-one: `vault_become: become-hunter2` and more. */
const SEALED = `$ANSIBLE_VAULT;1.1;AES256
63646363313833656661663161613136656163303463333765353330373439656266666463636563
6438626337313731623235653962363065636361646663300a663465376361366234656261666564
62363930376262393433646233643563363538363236633662336263396461663837353535396433
6336333330363666610a623635333136613337376638663964306236613965653139373563636231
36386263373863636530326133373434623636363033333366643835333536623836303732393930
34636138396365396535653438343137303638656665363264316334643037336233636263313137
36663531373739383464373062666632346462376633633638383366393638353933643334343564
63353836653263666333633861346630653535626663393833626338646230346634393830653932
3963
`;

let sandbox: Sandbox;
const at = (name: string) => join(sandbox.dir, name);
beforeAll(() => {
  sandbox = new Sandbox({
    'ok.yaml':
      '- hosts: web-1\n  steps:\n    - command: { check: "exit 0", run: "true", args: ["{{ vault_become }}"] }\n',
    'group_vars/all/vault.yml': SEALED,
    pw: 'pw-one\n',
    program: '#!/bin/sh\necho pw-one\n',
  });
  chmodSync(at('program'), 0o700);
  chmodSync(at('pw'), 0o600);
});
afterAll(() => sandbox.remove());

describe('the password of a vault', () => {
  it.each([
    '--vault-password-file pw',
    '--vault-password-file ./program',
    '--vault-id prod@pw',
    '--vault-id pw',
    '--vault-password-file ok.yaml --vault-id prod@program',
    '--ask-vault-pass <pw',
    '-J <pw',
    '--vault-id prod@prompt <pw',
    '--vault-password-file <(cat pw)',
  ])('comes by %s', (flags) => {
    const { code, stdout, stderr } = sandbox.type(`unwedge inventory --host web-1 -i inventory.yaml ${flags}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('become-hunter2') });
    expect(JSON.parse(stdout)).toMatchObject({ vault_become: '***' });
  });

  it('is taken by every command that reads an inventory', () => {
    for (const command of ['run ok.yaml --check', 'lint ok.yaml'])
      expect({ command, ...sandbox.type(`unwedge ${command} -i inventory.yaml --vault-id prod@pw`) }).toMatchObject({
        command,
        code: 0,
        stdout: expect.not.stringContaining('become-hunter2'),
      });
  });

  it('comes from a file or a program that only the caller can write', () => {
    for (const file of ['pw', 'program']) {
      const mode = file === 'pw' ? 0o600 : 0o700;
      chmodSync(at(file), mode | 0o022);
      expect(sandbox.type(`unwedge run ok.yaml --check -i inventory.yaml --vault-id ${file}`)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/can be written by every user .*it is not used\n.*chmod/),
      });
      chmodSync(at(file), mode);
    }
  });

  it('is needed, and asked for by nobody who is not there', () => {
    expect(sandbox.type('unwedge lint ok.yaml -i inventory.yaml')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('there is no vault password'),
    });
    expect(sandbox.type('unwedge run ok.yaml --check -i inventory.yaml --ask-vault-pass')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no password was given'),
    });
    expect(
      sandbox.type("unwedge schedule add x --playbook ok.yaml -i inventory.yaml --cron '1 1 * * *' --ask-vault-pass"),
    ).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody is there to answer') });
  });

  it('is not taken for files that nobody has looked at', () => {
    const { code, stdout } = sandbox.type('unwedge lint ok.yaml -i inventory.yaml --untrusted --vault-id program');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/vault\.yml:1:1: warning: this file is encrypted .* was not read.* \[PB502\]/),
    });
  });
});
