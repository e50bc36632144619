import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ConnectionOptions } from '../core/connection-options.ts';
import { type Connection, SessionError } from '../core/session.ts';
import { AgentConnection } from './agent-connection.ts';
import { agentCommand, bootstrapText, remoteCommand } from './bootstrap.ts';
import { type Attempt, whyLost, whyUnreachable } from './diagnosis.ts';
import { MarkReader } from './framing.ts';
import { guardOf } from './guard.ts';
import { HostProcess } from './host-process.ts';
import { parseMachine } from './machine.ts';
import { open } from './opening.ts';
import { refusalOf } from './refusal.ts';
import { jumpOf, type Route, routeOf } from './route.ts';
import { agentText, guardText } from './script-store.ts';
import { sshCommand } from './ssh-command.ts';
import { failedAtJump } from './ssh-diagnosis.ts';
import { Startups } from './startups.ts';

/** Bytes kept of a script's output; what comes after is dropped and the result says `truncated`. */
const STDOUT_CAP = 8 * 1024 * 1024;
const STDERR_CAP = 64 * 1024;
/** Milliseconds by which ssh's own timeout comes before ours: it knows more. */
const AFTER_SSH = 1000;
/** Milliseconds for an audit's sandbox, which takes a busy host some seconds. */
const FOR_SANDBOX = 30_000;

export interface OpenOptions {
  /** An audit's: probes only, and kept from writing as far as the host allows. */
  readonly sandboxed?: boolean;
}

/** Milliseconds after the first login that was turned away; each pause is twice the one before, half of it more or less. */
const FIRST_PAUSE = 500;

const startups = new Startups();

/**
 * One session on one host for a whole run: over ssh or, for kind local, on this machine. A login that sshd turns away is
 * tried again within the host's connect timeout, and fewer at once go there from then on; waiting for a place is not counted.
 * @throws SessionError 'unreachable' with the reason and what to do; nothing has been run on the host then.
 */
export async function openConnection(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv = process.env,
  { sandboxed = false }: OpenOptions = {},
): Promise<Connection> {
  const refusal = refusalOf(options);
  if (refusal !== undefined) throw new SessionError('unreachable', refusal);
  let known: Promise<Route> | undefined;
  const route = (): Promise<Route> => {
    known ??= routeOf(options, env);
    return known;
  };
  let left = options.connectTimeout * 1000;
  for (let tries = 1; ; tries++) {
    const entered = options.kind === 'ssh' ? await startups.enter(route) : undefined;
    let pause: number;
    try {
      const begun = performance.now();
      const opened = await openOnce({ ...options, connectTimeout: left / 1000 }, env, sandboxed);
      if (opened instanceof AgentConnection) return opened;
      left -= performance.now() - begun;
      const jump = failedAtJump(opened.stderr) ? await jumpOf(options, env) : undefined;
      const { message, todo, turnedAway } = whyUnreachable(options, { ...opened, jump });
      pause = FIRST_PAUSE * 2 ** (tries - 1) * (0.5 + Math.random());
      if (turnedAway === undefined || pause >= left)
        throw new SessionError('unreachable', tries === 1 ? message : `${message}, ${tries} times`, todo);
      await entered?.turnedAway(turnedAway);
    } finally {
      entered?.leave();
    }
    await wait(pause);
    left -= pause;
  }
}

async function openOnce(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
  sandboxed: boolean,
): Promise<AgentConnection | Attempt> {
  const nonce = randomBytes(16).toString('hex');
  const bootstrap = bootstrapText(await guardText(), await agentText(sandboxed), nonce);
  const command = agentCommand(bootstrap.length, options.become);
  const argv = options.kind === 'local' ? command : sshCommand(options, remoteCommand(command));
  const process = new HostProcess(argv, env);
  const readers = { stdout: new MarkReader(nonce, STDOUT_CAP), stderr: new MarkReader(nonce, STDERR_CAP) };
  const handshake = {
    bootstrap,
    password: options.become?.password,
    timeout: options.connectTimeout * 1000 + AFTER_SSH + (sandboxed ? FOR_SANDBOX : 0),
  };
  const opened = await open(process, readers, handshake);
  if (!('kind' in opened)) {
    process.kill();
    return opened;
  }
  return new AgentConnection({
    host: options.name,
    nonce,
    process,
    ...readers,
    guard: sandboxed ? guardOf(opened) : undefined,
    machine: opened.machine === undefined ? undefined : parseMachine(opened.machine),
    whyLost: (ending, stderr) => whyLost(options, ending, stderr),
  });
}
