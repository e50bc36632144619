import { createInterface } from 'node:readline';
import { inputError } from '../core/diagnostic.ts';
import { printable } from '../core/printable.ts';
import { SessionError } from '../core/session.ts';
import type { RunFlags } from './options.ts';

/** With --step hosts are taken one by one and told line by line, between the questions. @throws InputError */
export function stepwise(flags: RunFlags): RunFlags {
  if (!flags.step) return flags;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw inputError('--step asks before each step, and this is no terminal', 'leave it out, or run it in a terminal');
  if (flags.output === 'tree')
    throw inputError('--step and --output tree share no screen', 'leave --output out, or use plain');
  return { ...flags, forks: 1, output: flags.output ?? 'plain' };
}

/** Asks people before each step, until they let the run go on by itself. */
export function asking(): (host: string, step: { readonly name: string }) => Promise<boolean> {
  let goesOn = false;
  return async (host, { name }) => {
    if (goesOn) return true;
    const answer = await ask(`${printable(host)}: take step "${printable(name)}"? (n)o, (y)es, (c)ontinue: `);
    if (answer === undefined) throw new SessionError('cancelled', `nobody answered before "${name}"`);
    goesOn = answer === 'c';
    return answer !== 'n';
  };
}

const ANSWERS: Readonly<Record<string, 'y' | 'n' | 'c'>> = {
  ...{ y: 'y', yes: 'y', n: 'n', no: 'n', '': 'n', c: 'c', continue: 'c' },
};

/** Undefined: the terminal was closed, or a signal came. */
async function ask(question: string): Promise<'y' | 'n' | 'c' | undefined> {
  for (;;) {
    const line = await oneLine(question);
    if (line === undefined) return undefined;
    const answer = ANSWERS[line.trim().toLowerCase()];
    if (answer !== undefined) return answer;
  }
}

/** The terminal edits the line; Ctrl-C there is a signal, which the run hears, too. */
async function oneLine(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  process.stderr.write(question);
  const stop = () => lines.close();
  process.once('SIGINT', stop);
  try {
    return await new Promise((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
    });
  } finally {
    process.off('SIGINT', stop);
    lines.close();
  }
}
