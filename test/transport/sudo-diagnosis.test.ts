import { describe, expect, it } from 'vitest';
import { sudoReason } from '../../src/transport/sudo-diagnosis.ts';

const root = { user: 'root', password: undefined };
/** What sudo printed, and the reason in it. */
const CASES: readonly (readonly [string, string])[] = [
  ['sudo: a password is required\n', 'sudo needs a password to become root'],
  ['sudo: interactive authentication is required\n', 'sudo needs a password to become root'],
  ['sudo: sorry, you must have a tty to run sudo\n', 'sudo on the host demands a terminal (requiretty)'],
  [
    'ops is not in the sudoers file.\nThis incident has been reported to the administrator.\n',
    "ops is not in the host's sudoers",
  ],
  ['ops is not in the sudoers file.  This incident will be reported.\n', "ops is not in the host's sudoers"],
  ["sudo: I'm sorry ops. I'm afraid I can't do that\n", "ops is not in the host's sudoers"],
  [
    "Sorry, user ops is not allowed to execute '/usr/bin/sh -c eval …' as root on web1.\n",
    "the host's sudoers do not let ops run sh as root",
  ],
  ['Sorry, user ops may not run sudo on web1.\n', "the host's sudoers do not let ops run sh as root"],
  [
    'sudo: unknown user: nobodyatall\nsudo: unable to initialize policy plugin\n',
    'the host has no user nobodyatall to become',
  ],
  [
    'sudo: unknown user nobodyatall\nsudo: error initializing audit plugin sudoers_audit\n',
    'the host has no user nobodyatall to become',
  ],
  ["env: 'sudo': No such file or directory\n", 'the host has no sudo (or none that this user may run)'],
  ['env: sudo: Permission denied\n', 'the host has no sudo (or none that this user may run)'],
  ["env: can't execute 'sudo': No such file or directory\n", 'the host has no sudo (or none that this user may run)'],
  [
    'sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n',
    'sudo does not work on the host: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set',
  ],
  [
    'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\n',
    'sudo does not work on the host: The "no new privileges" flag is set, which prevents sudo from running as root.',
  ],
  [
    'sudo: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator\n',
    'sudo refuses the account: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator',
  ],
  [
    '/etc/sudoers:3:5: syntax error\nsudo: a password is required\n',
    "sudo needs a password to become root; the host's sudoers have an error, which may be why",
  ],
  [
    'sudo: parse error in /etc/sudoers near line 3\nsudo: no valid sudoers sources found, quitting\n',
    "the host's sudoers file has an error, so sudo refuses to work",
  ],
  ['Sorry, try again.\n', 'sudo refused the become password'],
  ['sudo: 1 incorrect password attempt\n', 'sudo refused the become password'],
];

describe('sudoReason', () => {
  it.each(CASES)('reads %j', (stderr, message) => {
    const reason = sudoReason({ stderr, asked: 0, ended: true }, root);
    expect(reason?.message).toBe(message);
    expect(reason?.todo).toBeTruthy();
  });

  it('takes a second question for a refusal of the password, in any language', () => {
    expect(sudoReason({ stderr: 'Das war nix', asked: 2, ended: false }, root)?.message).toBe(
      'sudo refused the become password',
    );
  });

  it('says that sudo hangs where nothing came after the password', () => {
    expect(sudoReason({ stderr: '', asked: 1, ended: false }, root)?.message).toMatch(/did not answer/);
    expect(sudoReason({ stderr: '', asked: 1, ended: true }, root)).toBeUndefined();
  });

  it('leaves to ssh what is not of sudo', () => {
    expect(
      sudoReason({ stderr: 'ops@web1: Permission denied (publickey).\n', asked: 0, ended: true }, root),
    ).toBeUndefined();
  });
});
