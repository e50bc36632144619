import { randomBytes } from 'node:crypto';
import type { ConnectionOptions } from '../core/connection-options.ts';
import { type Connection, SessionError } from '../core/session.ts';
import { AgentConnection } from './agent-connection.ts';
import { agentCommand, bootstrapText, remoteCommand } from './bootstrap.ts';
import { whyLost, whyUnreachable } from './diagnosis.ts';
import { MarkReader } from './framing.ts';
import { guardOf } from './guard.ts';
import { HostProcess } from './host-process.ts';
import { open } from './opening.ts';
import { refusalOf } from './refusal.ts';
import { agentText, guardText } from './script-store.ts';
import { sshCommand } from './ssh-command.ts';

/** Bytes kept of a script's output; what comes after is dropped and the result says `truncated`. */
const STDOUT_CAP = 8 * 1024 * 1024;
const STDERR_CAP = 64 * 1024;
/** Milliseconds by which ssh's own timeout comes before ours: it knows more. */
const AFTER_SSH = 1000;
/** Milliseconds for an audit's room, which takes a busy host some seconds. */
const FOR_ROOM = 30_000;

export interface OpenOptions {
  /** An audit's: probes only, and kept from writing as far as the host allows. */
  readonly watched?: boolean;
}

/**
 * One session on one host for a whole run: over ssh or, for kind local, on this machine.
 * @throws SessionError 'unreachable' with the reason and what to do; nothing has been run on the host then.
 */
export async function openConnection(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv = process.env,
  { watched = false }: OpenOptions = {},
): Promise<Connection> {
  const refusal = refusalOf(options);
  if (refusal !== undefined) throw new SessionError('unreachable', refusal);
  const nonce = randomBytes(16).toString('hex');
  const bootstrap = bootstrapText(await guardText(), await agentText(watched), nonce);
  const command = agentCommand(bootstrap.length, options.become);
  const argv = options.kind === 'local' ? command : sshCommand(options, remoteCommand(command));
  const process = new HostProcess(argv, env);
  const readers = { stdout: new MarkReader(nonce, STDOUT_CAP), stderr: new MarkReader(nonce, STDERR_CAP) };
  const handshake = {
    bootstrap,
    password: options.become?.password,
    timeout: options.connectTimeout * 1000 + AFTER_SSH + (watched ? FOR_ROOM : 0),
  };
  const opened = await open(process, readers, handshake);
  if (!('kind' in opened)) {
    process.kill();
    const { message, todo } = whyUnreachable(options, opened);
    throw new SessionError('unreachable', message, todo);
  }
  return new AgentConnection({
    host: options.name,
    nonce,
    process,
    ...readers,
    guard: watched ? guardOf(opened) : undefined,
    whyLost: (ending, stderr) => whyLost(options, ending, stderr),
  });
}
