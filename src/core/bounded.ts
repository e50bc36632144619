import { Script } from 'node:vm';

const MOST_MS = 2_000;

const script = new Script('work()');

/** What took too long: some regular expressions take for ever on some texts. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Does what a pattern of a user's may make endless. It must not wait for anything. @throws TookTooLong after two seconds */
export function bounded<T>(work: () => T): T {
  try {
    return script.runInNewContext({ work }, { timeout: MOST_MS });
  } catch (cause) {
    // It is an Error of that context's own.
    if (Object(cause).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause;
    throw new TookTooLong(`it takes more than ${MOST_MS / 1000} seconds`, { cause });
  }
}
