import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { inputError } from '../core/diagnostic.ts';

/** Asks on stderr without echo; from a pipe it takes the first line. @throws InputError where none is given */
export async function ask(question: string): Promise<string> {
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
