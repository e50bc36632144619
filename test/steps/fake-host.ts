import type { HostScript, ScriptResult } from '../../src/core/host-script.ts';
import type { Session } from '../../src/core/session.ts';

/** A script's answer: its stdout, or more of the result. */
export type Answer = string | Partial<ScriptResult>;

/** A session that answers each script, by its path, with what the test says, and remembers what was asked. */
export function fakeHost(answers: Readonly<Record<string, Answer>>): Session & { readonly asked: string[][] } {
  const asked: string[][] = [];
  const answer = async (script: HostScript, args: readonly string[] = []): Promise<ScriptResult> => {
    asked.push([script.path, ...args]);
    // Nobody uses the files of Dead containers, unless a test says so.
    const given = answers[script.path] ?? (script.path === 'docker/users.sh' ? '' : undefined);
    if (given === undefined) throw new Error(`the test has no answer for ${script.path}`);
    return {
      code: 0,
      stdout: '',
      stderr: '',
      truncated: false,
      ...(typeof given === 'string' ? { stdout: given } : given),
    };
  };
  return { host: 'web-1', asked, probe: answer, run: answer };
}
