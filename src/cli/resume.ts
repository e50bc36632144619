import { inputError } from '../core/diagnostic.ts';
import { ExitCode } from '../core/exit-code.ts';
import { loadPast, loadRun, newRunId } from '../journal/index.ts';
import { carryOutRun } from './carry-out-run.ts';
import { playLock, runLock, withLocks } from './locks.ts';
import { prepareRun } from './prepared-run.ts';
import { findWholeRun, isThrough, mustBeResumable } from './resumable.ts';
import { mustBeTheSame, type ResumeFlags, recalledFlags } from './run-call.ts';
import { stateDir } from './state-dir.ts';

/** `unwedge resume RUN`: goes on where a run ended, with what it was called with. */
export async function resume(prefix: string, today: ResumeFlags): Promise<ExitCode> {
  const dir = stateDir(today);
  const of = await findWholeRun(dir, prefix);
  const id = newRunId(Date.now(), Math.random);
  // The record is read once nobody else adds to it.
  return withLocks([runLock(dir, of), runLock(dir, id)], id, today, async () => {
    const { record } = await loadRun(dir, of);
    mustBeResumable(record);
    const { call } = record.started;
    if (isThrough(record) || call === undefined) {
      console.log(`nothing to resume: run ${of} is through on all of its hosts`);
      return ExitCode.done;
    }
    enter(call.cwd);
    const flags = { ...recalledFlags(call, today), stateDir: dir };
    const files = call.playbooks.map(({ file }) => file);
    const prepared = await prepareRun(files, flags);
    mustBeTheSame(of, call, prepared);
    const past = await loadPast(dir, of);
    return withLocks([playLock(files, flags.inventory)], id, flags, () =>
      carryOutRun(id, files, prepared, flags, past),
    );
  });
}

/** Paths were given from there. */
function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw inputError(`the folder from which the run was called can't be entered: ${why}`, 'run the playbook anew');
  }
}
