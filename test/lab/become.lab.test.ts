import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, labAvailable, labUp } from './lab.ts';
import { outcome, runId, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, become: skipped, ${reason}`);

const HOST = 'host1';
const PLAYBOOK = `
- name: Two users
  hosts: all
  on_failure: rollback_host
  steps:
    - name: As another
      command: { check: test -e /tmp/as-another, run: id -un > /tmp/as-another, undo: rm /tmp/as-another }
      become: true
    - name: As who logs in
      command: { check: test -e /tmp/as-login, run: id -un > /tmp/as-login, undo: rm /tmp/as-login }
      become: false
`;

describe.skipIf(reason)('steps of several users on a real host, with its own sudo', () => {
  let lab: Lab;
  let unwedge: Unwedge;
  const folder = mkdtempSync(join(tmpdir(), 'unwedge-become-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const playbook = file('play.yaml', PLAYBOOK);

  beforeAll(async () => {
    lab = await labUp(1, 'become');
    unwedge = new Unwedge();
  });
  afterEach(() => lab.exec(HOST, 'rm -f /tmp/as-*'));
  afterAll(() => lab?.down());

  const run = (user: string, ...flags: readonly string[]) => {
    const ssh = `-F none -o UserKnownHostsFile=${lab.knownHosts}`;
    const host = `${HOST} ansible_host=${lab.address(HOST)} ansible_ssh_common_args='${ssh}'\n`;
    const login = ['-u', user, '--private-key', lab.key];
    return unwedge.run(playbook, '-i', file('hosts.ini', host), ...login, ...flags);
  };
  const owners = async () => (await lab.exec(HOST, 'cd /tmp; stat -c "%n %U" as-* 2>/dev/null')).stdout.trim();
  const both = (another: string, login: string) => `as-another ${another}\nas-login ${login}`;

  test.each([
    ['ops', [], 'root'],
    ['ops', ['--become-user', 'fishy'], 'fishy'],
    ['opspw', ['--become-password-file', file('password', 'lab-secret\n')], 'root'],
  ] as const)(
    '%s, way %#: another user did the one step and who logs in the other, and both take theirs back',
    async (user, flags, another) => {
      const check = await run(user, ...flags, '--check');
      expect([check.code, await owners()]).toEqual([0, '']);
      const told = await run(user, ...flags);
      expect({ code: told.code, stderr: told.stderr }).toEqual({ code: 0, stderr: '' });
      expect(await owners()).toBe(both(another, user));
      const password = flags[0] === '--become-password-file' ? flags : [];
      const back = await unwedge.say(['rollback', runId(told), '--state-dir', unwedge.stateDir, ...password]);
      expect([back.code, await owners()]).toEqual([0, '']);
    },
  );

  test.each([
    ['nosudo', [], 'sudo needs a password to become root'],
    ['opspw', ['--become-password-file', file('wrong', 'wrong\n')], 'sudo refused the become password'],
  ] as const)('%s may not: nothing is done, and why is told', async (user, flags, why) => {
    const told = await run(user, ...flags);
    expect(told.code).toBe(4);
    expect(outcome(told, HOST)?.reason?.message).toContain(why);
    expect(await owners()).toBe('');
  });
});
