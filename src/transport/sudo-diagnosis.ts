import type { Become } from '../core/connection-options.ts';
import type { Reason } from '../core/event.ts';

export interface SudoWords {
  readonly stderr: string;
  /** How often it asked for the password. */
  readonly asked: number;
  readonly become: Become;
}

interface Rule {
  readonly pattern: RegExp;
  readonly message: (match: RegExpExecArray, become: Become) => string;
  readonly todo: string;
}

const SUDOERS = "on the host, with visudo: USER ALL=(root) NOPASSWD: ALL, or run with -K and the user's password";

/** sudo's own words under LC_ALL=C (1.8.6 to 1.9.x), the more telling first. */
const RULES: readonly Rule[] = [
  {
    pattern: /sorry, you must have a tty to run sudo/,
    message: () => 'sudo on the host demands a terminal (requiretty)',
    todo: 'on the host, with visudo: Defaults:USER !requiretty',
  },
  {
    pattern: /(\S+) is not in the sudoers file/,
    message: (m) => `${m[1]} is not in the host's sudoers`,
    todo: SUDOERS,
  },
  {
    pattern: /[Uu]ser (\S+) is not allowed to execute .* as (\S+) on|(\S+) is not allowed to run sudo on/,
    message: (m, { user }) => `the host's sudoers do not let ${m[1] ?? m[3]} run sh as ${user}`,
    todo: SUDOERS,
  },
  {
    pattern: /unknown user:? (\S+)/,
    message: (m) => `the host has no user ${m[1]} to become`,
    todo: 'correct become_user',
  },
  {
    pattern: /sudo: (?:command )?not found|sudo['’"]?: No such file|not found: sudo|sudo: Permission denied/,
    message: () => 'the host has no sudo (or not one that this user may run)',
    todo: 'install sudo there, or log in as root without become',
  },
  {
    pattern: /sudo: .*(?:effective uid is not 0|must be owned by uid 0|must be setuid root|no new privileges).*/,
    message: (m) => `sudo is broken on the host: ${m[0].slice('sudo: '.length)}`,
    todo: 'repair it there, or log in as root without become',
  },
  {
    pattern:
      /sudo: (?:Account .* expired|.*[Pp]assword .*expired|.*unable to change expired password|PAM account management error|account validation failure).*/,
    message: (m) => `sudo refuses the account: ${m[0].slice('sudo: '.length)}`,
    todo: 'renew the account or its password on the host',
  },
  {
    pattern: /parse error in|syntax error|no valid sudoers sources found/,
    message: () => "the host's sudoers file has an error, sudo refuses to work",
    todo: 'on the host: visudo -c',
  },
];

/** Reads sudo's stderr: why it did not become the user, and what to do; undefined where it did not say. Never repeats the password. */
export function sudoReason({ stderr, asked, become }: SudoWords): Reason | undefined {
  for (const { pattern, message, todo } of RULES) {
    const match = pattern.exec(stderr);
    if (match !== null) return { message: message(match, become), todo };
  }
  if (asked > 1 || /Sorry, try again|incorrect password attempt/.test(stderr)) {
    return {
      message: 'sudo refused the become password',
      todo: 'run again with -K and the right one (it was sent once, not repeated; a second factor is not supported)',
    };
  }
  if (asked === 1)
    return {
      message: 'sudo took the become password and did not answer',
      todo: 'look at PAM and at the name service on the host (journalctl -t sudo)',
    };
  if (/a password is required|a terminal is required to read the password/.test(stderr)) {
    return { message: `sudo needs a password to become ${become.user}`, todo: SUDOERS };
  }
  return undefined;
}
