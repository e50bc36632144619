import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { inputError } from '../core/diagnostic.ts';
import { readTrustedInput } from '../local/trust.ts';
import type { ConnectionFlags } from './flags.ts';

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

/** Asks on stderr without echo; from a pipe it takes the first line. */
async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY === true });
  process.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(inputError('no password was given')));
      lines.once('close', () => reject(inputError('no password was given')));
    });
  } finally {
    process.stderr.write('\n');
    lines.close();
  }
}
