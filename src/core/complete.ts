import type { ScriptResult } from './host-script.ts';
import { StepError } from './step-type.ts';

/** A probe's output, if the script said that it is whole. */
export function complete(result: ScriptResult, problem: string, todo: string): string {
  if (result.code !== 0) {
    throw new StepError(`${problem}: ${result.stderr.trim() || `exit code ${result.code}`}`, { todo });
  }
  if (result.truncated)
    throw new StepError(`${problem}: its output is too long to be read whole`, {
      todo,
    });
  return result.stdout;
}
