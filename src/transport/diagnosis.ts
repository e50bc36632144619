import type { ConnectionOptions } from '../core/connection-options.ts';
import type { Reason } from '../core/event.ts';
import { printable } from '../core/printable.ts';
import { PASSWORD_PROMPT } from './bootstrap.ts';
import type { Ending } from './host-process.ts';
import { type Jump, type SshVerdict, sshReason, withoutWarnings } from './ssh-diagnosis.ts';
import { sudoReason, withoutCitations } from './sudo-diagnosis.ts';

/** What is known of an attempt to open a session that failed. */
export interface Attempt {
  /** How ssh (or the local sh) ended; undefined where the controller gave up on it. */
  readonly ending: Ending | undefined;
  /** The end of what was said. */
  readonly stdout: string;
  readonly stderr: string;
  /** How often sudo asked for the password. */
  readonly asked: number;
  /** What the connection goes through, where it failed there. */
  readonly jump?: Jump | undefined;
}

/** Why no session could be opened, and what to do. Pure. */
export const whyUnreachable = (options: ConnectionOptions, attempt: Attempt): SshVerdict =>
  printed(reasonOf(options, attempt));

function reasonOf(options: ConnectionOptions, attempt: Attempt): SshVerdict {
  const { ending, asked } = attempt;
  const stderr = withoutSecret(attempt.stderr, options).replaceAll(PASSWORD_PROMPT, '\n');
  const words = withoutCitations(withoutWarnings(stderr));
  const said = spoken(`${withoutSecret(attempt.stdout, options)}\n${words}`);
  if (ending?.error !== undefined) return notStarted(ending.error, options);
  const become = options.become && sudoReason({ stderr: words, asked, ended: ending !== undefined }, options.become);
  const ssh = options.kind === 'ssh' ? sshReason(stderr, options, attempt.jump) : undefined;
  return (
    become ??
    ssh ??
    (ending === undefined ? silence(options, said) : (otherSystem(options, attempt) ?? endedEarly(ending, said)))
  );
}

/** Why a connection went away after it had been opened. Pure. */
export function whyLost(options: ConnectionOptions, { code, signal }: Ending, stderr: string): Reason {
  const known = options.kind === 'ssh' ? sshReason(stderr, options) : undefined;
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const last = spoken(withoutWarnings(withoutSecret(stderr, options)));
  const message = known?.message ?? `the session on the host ended (${how}${last === '' ? '' : `: ${last}`})`;
  return {
    message: `the connection was lost: ${message}`,
    todo: 'look at the host (rebooted, out of memory?), then run again',
  };
}

const silence = ({ connectTimeout }: ConnectionOptions, said: string): Reason => ({
  message: `no session within ${connectTimeout} s${said === '' ? ', and not a word from the host' : `; it said: ${said}`}`,
  todo: 'log in by hand with ssh; a start-up file of the login shell that waits, or a slow login (DNS, PAM), are common causes',
});

/** What uname says elsewhere; Windows has none. */
const SYSTEM = /^(\w*BSD|DragonFly|Darwin|SunOS|AIX|HP-UX|GNU|Haiku|(?:CYGWIN|MSYS|MINGW)[\w.-]*)$/;

function otherSystem({ name }: ConnectionOptions, { stdout, stderr }: Attempt): Reason | undefined {
  const word = stdout.trimEnd().split(/\s/).at(-1) ?? '';
  if (word === 'Linux')
    return { message: 'the host has no dd that knows iflag=fullblock', todo: 'install coreutils on the host' };
  const isWindows = /'exec' is not recognized|The term 'exec' is not recognized/.test(stderr);
  const system = isWindows ? 'Windows' : SYSTEM.exec(word)?.[1];
  if (system === undefined) return undefined;
  return {
    message: `the host runs ${system}, not Linux`,
    todo: `unwedge works on Linux hosts only; leave it out: -l 'all:!${name}'`,
  };
}

function endedEarly({ code, signal }: Ending, said: string): Reason {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const words = said === '' ? '' : `: ${said}`;
  if (code === 127)
    return {
      message: `the host has no sh, or not all of dd, env and sh${words}`,
      todo: 'unwedge needs a POSIX sh, coreutils and util-linux on the host',
    };
  // bash, ksh and zsh say the same of their restricted kinds.
  if (/\bexec: restricted|restricted: (?:exec|cannot)/.test(said))
    return {
      message: `the login shell is a restricted one (rbash)${words}`,
      todo: 'give the account an ordinary login shell: usermod -s /bin/sh USER',
    };
  return {
    message: `the login ended before a session began (${how})${words}`,
    todo: 'log in by hand with ssh and run sh; the account may have no login shell (nologin) or a start-up file that exits',
  };
}

function notStarted(error: NodeJS.ErrnoException, { kind }: ConnectionOptions): Reason {
  const program = kind === 'ssh' ? 'ssh' : 'sh';
  if (error.code === 'ENOENT')
    return { message: `there is no ${program} on this machine`, todo: `install ${program}, or put it on PATH` };
  return { message: `${program} could not be started on this machine: ${error.message}` };
}

/** The host's own words are in it. */
const printed = (reason: SshVerdict): SshVerdict => ({ ...reason, message: printable(reason.message) });

/** The last lines, as one printable line. */
const spoken = (text: string): string =>
  text
    .split(/[\r\n]+/)
    .map((line) => printable(line.trim()))
    .filter((line) => line !== '')
    .slice(-3)
    .join(' / ')
    .slice(-400);

const withoutSecret = (text: string, { become }: ConnectionOptions): string =>
  become?.password ? text.replaceAll(become.password, '…') : text;
