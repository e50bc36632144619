import { describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../../src/core/connection-options.ts';
import { PASSWORD_PROMPT } from '../../src/transport/bootstrap.ts';
import { type Attempt, whyLost, whyUnreachable } from '../../src/transport/diagnosis.ts';

const web1: ConnectionOptions = {
  name: 'web1',
  kind: 'ssh',
  address: 'web1',
  port: undefined,
  user: undefined,
  privateKey: undefined,
  sshArgs: [],
  connectTimeout: 10,
  become: undefined,
};
const becoming = { ...web1, become: { user: 'root', password: 'hunter2' } };
const exited = (code: number) => ({ code, signal: null });
const attempt = (more: Partial<Attempt>): Attempt => ({
  ending: exited(255),
  stdout: '',
  stderr: '',
  asked: 0,
  ...more,
});
const error = (code: string) => Object.assign(new Error(`spawn ssh ${code}`), { code });

/** What happened, and the reason given. */
const CASES: readonly (readonly [string, ConnectionOptions, Partial<Attempt>, string])[] = [
  [
    'ssh is missing',
    web1,
    { ending: { code: null, signal: null, error: error('ENOENT') } },
    'there is no ssh on this machine',
  ],
  [
    'sh is missing',
    { ...web1, kind: 'local' },
    { ending: { code: null, signal: null, error: error('ENOENT') } },
    'there is no sh on this machine',
  ],
  [
    'no more processes',
    web1,
    { ending: { code: null, signal: null, error: error('EAGAIN') } },
    'ssh could not be started on this machine: spawn ssh EAGAIN',
  ],
  ['silence', web1, { ending: undefined }, 'no session within 10 s, and not a word from the host'],
  ['a login that hangs', web1, { ending: undefined, stdout: 'Welcome\n' }, 'no session within 10 s; it said: Welcome'],
  [
    'nologin',
    web1,
    { ending: exited(1), stdout: 'This account is currently not available.\n' },
    'the login ended before a session began (exit code 1): This account is currently not available.',
  ],
  [
    'no sh',
    web1,
    { ending: exited(127), stderr: 'bash: sh: command not found\n' },
    'the host has no sh, or not all of dd, env and sh: bash: sh: command not found',
  ],
  [
    'a killed ssh',
    web1,
    { ending: { code: null, signal: 'SIGKILL' } },
    'the login ended before a session began (signal SIGKILL)',
  ],
  [
    'what steers a terminal',
    web1,
    { ending: exited(1), stderr: '\u001b]0;evil\u0007\n' },
    'the login ended before a session began (exit code 1): \\x1b]0;evil\\x07',
  ],
  [
    'a password that the host repeats',
    becoming,
    { ending: exited(1), stderr: 'got hunter2\n' },
    'the login ended before a session began (exit code 1): got …',
  ],
  [
    "sudo's words behind its question",
    becoming,
    { ending: exited(1), asked: 1, stderr: `${PASSWORD_PROMPT}ops is not in the sudoers file.\n` },
    "ops is not in the host's sudoers",
  ],
  [
    "ssh's words with become",
    becoming,
    { stderr: 'Host key verification failed.\n' },
    "the host's key is not known (it is in no known_hosts file)",
  ],
  [
    'what a login said, not what a newer client warned of',
    web1,
    {
      ending: exited(1),
      stderr:
        '** WARNING: connection is not using a post-quantum key exchange algorithm.\r\n** This session may be vulnerable to "store now, decrypt later" attacks.\r\n** The server may need to be upgraded. See https://openssh.com/pq.html\r\nno more logins today\r\n',
    },
    'the login ended before a session began (exit code 1): no more logins today',
  ],
  [
    'a shell that may run no program by exec',
    web1,
    { ending: exited(1), stderr: 'rbash: line 1: exec: restricted\n' },
    'the login shell is a restricted one (rbash): rbash: line 1: exec: restricted',
  ],
  [
    'what sudo asked for, not what sudo-rs warned of',
    { ...web1, become: { user: 'root', password: undefined } },
    {
      ending: exited(1),
      stderr:
        "/etc/sudoers:1:10: unknown setting: 'requiretty'\nDefaults requiretty\n         ^~~~~~~~~~\nsudo: interactive authentication is required\n",
    },
    'sudo needs a password to become root',
  ],
  [
    'a host that greets, and is not Linux',
    web1,
    { ending: exited(0), stdout: 'Welcome to Darwin\r\nSunOS\n' },
    'the host runs SunOS, not Linux',
  ],
  [
    'a greeting that speaks of another system',
    web1,
    { ending: exited(1), stdout: 'Darwin\nThis account is closed.\n' },
    'the login ended before a session began (exit code 1): Darwin / This account is closed.',
  ],
  [
    "a host with Windows' cmd",
    web1,
    {
      ending: exited(1),
      stderr: "'exec' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
    },
    'the host runs Windows, not Linux',
  ],
  [
    'a host with PowerShell',
    web1,
    {
      ending: exited(1),
      stderr: "exec : The term 'exec' is not recognized as the name of a cmdlet, function, script file\r\n",
    },
    'the host runs Windows, not Linux',
  ],
  [
    "ssh's words from a local sh",
    { ...web1, kind: 'local' },
    { ending: exited(1), stderr: 'Host key verification failed.\n' },
    'the login ended before a session began (exit code 1): Host key verification failed.',
  ],
];

describe('whyUnreachable', () => {
  it.each(CASES)('names %s', (_, options, more, message) => {
    expect(whyUnreachable(options, attempt(more)).message).toBe(message);
  });
});

describe('whyLost', () => {
  it("quotes ssh's reason, or how it ended", () => {
    expect(whyLost(web1, exited(255), 'Timeout, server web1 not responding.\n').message).toBe(
      'the connection was lost: the host stopped answering (ssh keep-alive, 45 s)',
    );
    expect(whyLost(web1, { code: null, signal: 'SIGTERM' }, '').message).toBe(
      'the connection was lost: the session on the host ended (signal SIGTERM)',
    );
  });
});
