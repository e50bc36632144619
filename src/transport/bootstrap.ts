import type { Become } from '../core/connection-options.ts';

/** By this line sudo asks for the password; an own text, so that it is known in every language and from every insult. */
export const PASSWORD_PROMPT = 'unwedge-asks-for-the-sudo-password:';
/** Printed by the command below, before it reads stdin, where a password may have to be sent first. */
export const STARTED = 'unwedge-started';

/** The first bytes on stdin: the guard with the agent's text, in which is the nonce that its answers carry. */
export const bootstrapText = (guard: string, agent: string, nonce: string): Buffer =>
  Buffer.from(`UNWEDGE_AGENT='${`nonce=${nonce}; ${agent}`.replaceAll("'", "'\\''")}'\n${guard}`);

/**
 * The program and its arguments that start the agent from the first `size` bytes of stdin: a constant that shows nothing in ps or in sudo's log.
 * dd reads exactly that many bytes (busybox head reads on); where it can't, the answer is the system's name.
 */
export function agentCommand(size: number, become: Become | undefined): readonly string[] {
  const start = `eval "$(dd bs=${size} count=1 iflag=fullblock 2>/dev/null || echo uname)"`;
  if (become === undefined) return ['sh', '-c', start];
  const sudo = ['env', 'LC_ALL=C', 'sudo', '-H', '-u', become.user];
  if (become.password === undefined) return [...sudo, '-n', '--', 'sh', '-c', start];
  return [...sudo, '-S', '-p', PASSWORD_PROMPT, '--', 'sh', '-c', `echo ${STARTED}; ${start}`];
}

/** The same as one line that bash, dash, busybox ash, zsh, fish and tcsh all pass on unchanged. */
export const remoteCommand = (command: readonly string[]): string =>
  ['exec', ...command].map((word) => (/^[\w=:-]+$/.test(word) ? word : `'${word}'`)).join(' ');
