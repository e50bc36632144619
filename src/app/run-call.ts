import { inputError } from '../core/diagnostic.ts';
import type { RunCall } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import type { ConnectionFlags, LockFlags, ReportFlags, RunFlags } from './options.ts';
import type { PreparedRun } from './prepare.ts';

/** What a later part of a run may be told anew. */
export interface ResumeFlags
  extends ReportFlags,
    LockFlags,
    Pick<RunFlags, 'forceHost'>,
    Pick<ConnectionFlags, 'askBecomePass' | 'becomePasswordFile'> {}

/** How this run is called, for its journal. `plan`: what it is held to. */
export const callOf = (
  { playbooks, plugins, inventorySha256 }: PreparedRun,
  flags: RunFlags,
  plan?: RunCall['plan'],
): RunCall => ({
  ...{ cwd: process.cwd(), playbooks, inventorySha256, flags: lasting(flags) },
  ...(plugins.length > 0 && { plugins }),
  ...(plan && { plan }),
});

/** Without what only this call is about: whether it is a dry run, how it is shown, reported, asked about and notified of, where its journal is, how long it waits. */
function lasting({ output, diff, verbose, quiet, stateDir, lockWait, step, ...more }: RunFlags): JsonObject {
  const {
    check,
    dryRun,
    detailedExitcode,
    out,
    plan,
    forceHost,
    report,
    format,
    notify,
    webhookFile,
    pingFile,
    ...flags
  } = more;
  return JSON.parse(JSON.stringify(flags));
}

/** The flags of an earlier call, with those of today. */
export function recalledFlags({ flags }: RunCall, today: ResumeFlags): RunFlags {
  // They are the ones that callOf has written; a version that reads others has another number in run.started.
  return { ...(flags as unknown as RunFlags), ...today };
}

/** `when`: the call was made, e.g. `run RUN began`. @throws InputError where today is something else than what was called */
export function mustBeTheSame(
  call: RunCall,
  { playbooks, inventorySha256 }: PreparedRun,
  when: string,
  todo: string,
): void {
  for (const [i, { file, sha256 }] of call.playbooks.entries()) {
    if (playbooks[i]?.sha256 !== sha256)
      throw inputError(`the playbook ${file} is not what it was when ${when} (or a file that it includes)`, todo);
  }
  if (inventorySha256 === call.inventorySha256) return;
  throw inputError(`the inventory (or the limit, or -e) does not say of the hosts what it said when ${when}`, todo);
}

/** Paths were given from there. */
export function enterFolderOf({ cwd }: RunCall, when: string): void {
  try {
    process.chdir(cwd);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw inputError(`the folder from which ${when} can't be entered: ${why}`, 'run the playbook anew');
  }
}
