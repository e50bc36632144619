import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where journals live: the flag, else the XDG base directory for state. */
export function stateDir(flags: { readonly stateDir?: string }): string {
  if (flags.stateDir !== undefined) return resolve(flags.stateDir);
  const base = process.env.XDG_STATE_HOME;
  return join(base?.startsWith('/') ? base : join(homedir(), '.local', 'state'), 'unwedge');
}
