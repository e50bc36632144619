import { post, type SecretUrl } from './http.ts';
import type { Notice } from './notice.ts';
import { NotTaken, type Patience, untilTaken } from './retries.ts';

/** A way to notify people. */
export interface Way {
  readonly name: 'command' | 'webhook';
  /** @returns what was said to it, if anything @throws NotTaken */
  tell(notice: Notice): Promise<string>;
}

/** Runs a program of this machine to its end. @throws Error where it can't be started, or took longer */
export type RunProgram = (
  argv: readonly string[],
  deadline: number,
  more: { readonly input: string; readonly env: Readonly<Record<string, string>> },
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;

const PATIENCE: Patience = { attempts: 4, within: 45_000 };
/** Seconds. */
const DEADLINE = 60;
/** Characters of a command's output that are kept. */
const KEPT = 4000;

export const webhook = (url: SecretUrl, by: Parameters<typeof untilTaken>[2]): Way => ({
  name: 'webhook',
  async tell(notice) {
    const body = JSON.stringify(notice);
    await untilTaken((left) => post(url, 'application/json', body, left), PATIENCE, by);
    return '';
  },
});

/**
 * A command line of the operator's own, by sh, as in a crontab: it gets the notice on standard input, nothing of it on the command
 * line. Once: whether it has sent something before it failed nobody knows.
 */
export const command = (line: string, run: RunProgram): Way => ({
  name: 'command',
  async tell(notice) {
    const { event, run: id, exitCode } = notice;
    const env = {
      UNWEDGE_EVENT: event,
      UNWEDGE_RUN: id,
      UNWEDGE_EXIT_CODE: String(exitCode),
      UNWEDGE_TEXT: notice.text,
    };
    const more = { input: `${JSON.stringify(notice)}\n`, env };
    const { code, stdout, stderr } = await run(['sh', '-c', line], DEADLINE, more).catch((cause: Error) => {
      throw new NotTaken(cause.message, true, { cause });
    });
    const said = `${stdout}${stderr}`.trim().slice(-KEPT);
    if (code !== 0) throw new NotTaken(`exit code ${code}${said === '' ? '' : `: ${said}`}`, true);
    return said;
  },
});
