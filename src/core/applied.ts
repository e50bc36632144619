import type { Change } from './change.ts';
import { DRIFTED, LEFT, type ScriptResult } from './host-script.ts';
import { StepError } from './step-type.ts';

interface Applying {
  /** Other changes of the step make sense without this one: a drifted one does not end it. */
  readonly independent?: boolean;
  /** The script's exit code 1 means that the host is as it was. */
  readonly safe?: boolean;
}

/** Returns if the script did its work. @throws StepError with what the script said: drifted or left (nothing was done), or failed. */
export function applied(
  result: ScriptResult,
  change: Pick<Change, 'summary' | 'data'>,
  { independent = false, safe = false }: Applying = {},
): void {
  if (result.code === 0) return;
  const said = result.stderr.trim() || `exit code ${result.code}`;
  const drifted = result.code === DRIFTED;
  const todo = drifted ? 'the host has changed since it was looked at: run again' : change.data?.todo;
  throw new StepError(`could not ${change.summary}: ${said}`, {
    drifted,
    left: result.code === LEFT || (drifted && independent),
    unchanged: safe && result.code === 1,
    ...(typeof todo === 'string' ? { todo } : {}),
  });
}
