import { PASSWORD_PROMPT, STARTED } from './bootstrap.ts';
import type { Attempt } from './diagnosis.ts';
import type { Mark, MarkReader } from './framing.ts';
import type { Ending, HostProcess } from './host-process.ts';

export interface Readers {
  readonly stdout: MarkReader;
  readonly stderr: MarkReader;
}

/** The agent's word, and what the host has said of its machine before it. */
export type Ready = Extract<Mark, { readonly kind: 'ready' }> & { readonly machine?: string };

/** What opens one session: sent once, in this order. */
export interface Handshake {
  readonly bootstrap: Buffer;
  readonly password: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Sends the bootstrap, before it the password if sudo asks for one, and waits for the agent's word.
 * Resolves with that word, or with what is known where there is no session.
 */
export function open(process: HostProcess, readers: Readers, handshake: Handshake): Promise<Ready | Attempt> {
  const { bootstrap, password } = handshake;
  return new Promise((resolve) => {
    let asked = 0;
    let sent = false;
    let machine: string | undefined;
    const settle = (outcome: Ready | Attempt): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const fail = (ending?: Ending): void =>
      settle({ ending, asked, stdout: readers.stdout.lastWords, stderr: readers.stderr.lastWords });
    const start = (): void => {
      sent = true;
      process.write(bootstrap);
    };
    const timer = setTimeout(fail, handshake.timeout);
    process.ended.then(fail);
    process.listen({
      stdout: (chunk) => {
        const marks = readers.stdout.push(chunk);
        machine ??= marks.find((mark) => mark.kind === 'machine')?.text;
        const ready = marks.find((mark) => mark.kind === 'ready');
        if (ready !== undefined) settle(machine === undefined ? ready : { ...ready, machine });
        // With a password nothing is sent before sudo is done: it would take a script's lines as further attempts.
        else if (!sent && readers.stdout.lastWords.includes(STARTED)) start();
      },
      stderr: (chunk) => {
        readers.stderr.push(chunk);
        if (password === undefined || readers.stderr.lastWords.split(PASSWORD_PROMPT).length - 1 <= asked) return;
        asked += 1;
        if (asked === 1) process.write(`${password}\n`);
        // Refused: not tried again, for accounts get locked by that.
        else fail();
      },
    });
    if (password === undefined) start();
  });
}
