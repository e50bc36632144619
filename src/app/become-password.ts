import { readTrustedInput } from '../local/trust.ts';
import { ask } from './ask.ts';
import type { ConnectionFlags } from './options.ts';

/** sudo's password, from -K or a file; undefined: neither was asked for. @throws InputError */
export async function becomePassword(flags: ConnectionFlags): Promise<string | undefined> {
  if (flags.becomePasswordFile !== undefined) return firstLine(flags.becomePasswordFile);
  return flags.askBecomePass ? ask('sudo password: ') : undefined;
}

async function firstLine(file: string): Promise<string> {
  const todo = 'write the password on the first line of a file that only you can read';
  const bytes = await readTrustedInput(`can't read the password file ${file}`, file, todo);
  return bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
}
