import type { Change } from './change.ts';
import { DRIFTED, type ScriptResult } from './host-script.ts';
import { StepError } from './step-type.ts';

/** Returns if the script did its work. @throws StepError with what the script said: drifted (nothing was done), or failed. */
export function applied(result: ScriptResult, change: Change & { readonly data?: { readonly todo?: string } }): void {
  if (result.code === 0) return;
  const said = result.stderr.trim() || `exit code ${result.code}`;
  const drifted = result.code === DRIFTED;
  const todo = drifted ? 'the host has changed since it was looked at: run again' : change.data?.todo;
  throw new StepError(`could not ${change.summary}: ${said}`, {
    drifted,
    ...(todo === undefined ? {} : { todo }),
  });
}
