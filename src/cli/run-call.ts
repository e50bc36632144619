import { inputError } from '../core/diagnostic.ts';
import type { RunCall } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import type { ConnectionFlags, LockFlags, ReportFlags, RunFlags } from './flags.ts';
import type { PreparedRun } from './prepared-run.ts';

/** What a later part of a run may be told anew. */
export interface ResumeFlags
  extends ReportFlags,
    LockFlags,
    Pick<ConnectionFlags, 'askBecomePass' | 'becomePasswordFile'> {}

/** How this run is called, for its journal. */
export const callOf = ({ playbooks, plugins, inventorySha256 }: PreparedRun, flags: RunFlags): RunCall => ({
  ...{ cwd: process.cwd(), playbooks, inventorySha256, flags: lasting(flags) },
  ...(plugins.length > 0 && { plugins }),
});

/** Without what only this call is about: how it is shown and asked about, where its journal is, how long it waits. */
function lasting({ output, diff, verbose, quiet, stateDir, lockWait, step, ...flags }: RunFlags): JsonObject {
  return JSON.parse(JSON.stringify(flags));
}

/** The flags of an earlier call, with those of today. */
export function recalledFlags({ flags }: RunCall, today: ResumeFlags): RunFlags {
  // They are the ones that callOf has written; a version that reads others has another number in run.started.
  return { ...(flags as unknown as RunFlags), ...today };
}

/** @throws InputError where a run would go on with something else than what was begun */
export function mustBeTheSame(run: string, call: RunCall, { playbooks, inventorySha256 }: PreparedRun): void {
  const todo = 'bring back what it was; or run it anew: what is done already is found as it should be';
  for (const [i, { file, sha256 }] of call.playbooks.entries()) {
    if (playbooks[i]?.sha256 !== sha256)
      throw inputError(
        `the playbook ${file} is not what it was when run ${run} began (or a file that it includes)`,
        todo,
      );
  }
  if (inventorySha256 === call.inventorySha256) return;
  throw inputError(
    `the inventory (or the limit, or -e) does not say of the hosts of run ${run} what it said when that began`,
    todo,
  );
}
