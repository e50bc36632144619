import type { Become } from '../core/connection-options.ts';
import type { Reason } from '../core/event.ts';

export interface SudoWords {
  readonly stderr: string;
  /** How often it asked for the password. */
  readonly asked: number;
  /** False where it was given up because nothing more came. */
  readonly ended: boolean;
}

interface Rule {
  readonly pattern: RegExp;
  readonly message: (match: RegExpExecArray, become: Become) => string;
  readonly todo: string;
}

const SUDOERS = 'on the host, with visudo: USER ALL=(ALL) NOPASSWD: ALL';
const NOT_ALLOWED = `${SUDOERS} (or log in as root)`;
const PASSWORD = `run with -K, which asks for sudo's password (sudo asks users it does not know at all, too); or without one: ${SUDOERS}`;

/** sudo's own words under LC_ALL=C (1.8.6 to 1.9.x, and sudo-rs), the more telling first. */
const RULES: readonly Rule[] = [
  {
    pattern: /sorry, you must have a tty to run sudo/,
    message: () => 'sudo on the host demands a terminal (requiretty)',
    todo: 'on the host, with visudo: Defaults:USER !requiretty',
  },
  {
    pattern: /(?<!\S)(\S+) is not in the sudoers file|I'm sorry (\S+)\. I'm afraid I can't do that/,
    message: (m) => `${m[1] ?? m[2]} is not in the host's sudoers`,
    todo: NOT_ALLOWED,
  },
  {
    pattern: /[Uu]ser (\S+) (?:is not allowed to execute|may not run sudo)|(?<!\S)(\S+) is not allowed to run sudo on/,
    message: (m, { user }) => `the host's sudoers do not let ${m[1] ?? m[2]} run sh as ${user}`,
    todo: NOT_ALLOWED,
  },
  {
    pattern: /unknown user:? '?([^\s']+)|user '([^']+)' not found/,
    message: (m) => `the host has no user ${m[1] ?? m[2]} to become`,
    todo: 'correct become_user',
  },
  {
    pattern: /sudo['’"]?: (?:command not found|not found|No such file|Permission denied)|not found: sudo/,
    message: () => 'the host has no sudo (or none that this user may run)',
    todo: 'install sudo there, or log in as root without become',
  },
  {
    pattern:
      /sudo: ((?:(?!sudo: ).)*(?:effective uid is not 0|must be owned by uid 0|must be setuid root|no new privileges).*)/,
    message: (m) => `sudo does not work on the host: ${m[1]}`,
    todo: 'repair it there, or log in as root without become',
  },
  {
    pattern: /sudo: ((?:(?!sudo: ).)*(?:expired|PAM account management error|account validation failure).*)/,
    message: (m) => `sudo refuses the account: ${m[1]}`,
    todo: 'renew the account or its password on the host',
  },
];

/** Reads sudo's stderr: why it did not become the user, and what to do; undefined where it did not say. */
export function sudoReason({ stderr, asked, ended }: SudoWords, become: Become): Reason | undefined {
  for (const { pattern, message, todo } of RULES) {
    const match = pattern.exec(stderr);
    if (match !== null) return { message: message(match, become), todo };
  }
  if (asked > 1 || /Sorry, try again|incorrect password attempt/.test(stderr))
    return {
      message: 'sudo refused the become password',
      todo: 'run again with -K and the right one; it was sent once and not repeated. A second factor is not supported',
    };
  if (asked === 1 && !ended)
    return {
      message: 'sudo took the become password and then did not answer',
      todo: "look at sudo's log on the host (journalctl -t sudo): PAM or the name service hangs",
    };
  const hasError = /parse error in|syntax error|no valid sudoers sources found/.test(stderr);
  // Since 1.9.3 sudo passes over a line that has an error, and goes on with the others.
  if (/(?:password|authentication) is required|a terminal is required/.test(stderr))
    return {
      message: `sudo needs a password to become ${become.user}${hasError ? "; the host's sudoers have an error, which may be why" : ''}`,
      todo: hasError ? `on the host: visudo -c; then ${PASSWORD}` : PASSWORD,
    };
  return hasError
    ? { message: "the host's sudoers file has an error, so sudo refuses to work", todo: 'on the host: visudo -c' }
    : undefined;
}

/** What sudo says, without sudo-rs' warnings of settings that it does not know: it works all the same. */
export function withoutCitations(stderr: string): string {
  const lines = stderr.split('\n');
  const isWarning = (line: string | undefined) => line !== undefined && /:\d+:\d+: unknown setting: /.test(line);
  const isMark = (line: string | undefined) => line !== undefined && /^[ \t]*\^~*\r?$/.test(line);
  // After the warning comes the line that it is about, and a mark below it.
  const isLeftOut = (i: number): boolean =>
    isWarning(lines[i]) ||
    (isWarning(lines[i - 1]) && isMark(lines[i + 1])) ||
    (isWarning(lines[i - 2]) && isMark(lines[i]));
  return lines.filter((_, i) => !isLeftOut(i)).join('\n');
}
