import { inputError } from '../core/diagnostic.ts';
import type { RunCall } from '../core/event.ts';
import { ExitCode } from '../core/exit-code.ts';
import { loadPast, loadRun, newRunId } from '../journal/index.ts';
import { carryOutRun } from './carry-out.ts';
import { playLock, runLock, withLocks } from './locks.ts';
import { prepareRun } from './prepare.ts';
import { findWholeRun, isThrough, mustBeResumable } from './resumable.ts';
import { enterFolderOf, mustBeTheSame, type ResumeFlags, recalledFlags } from './run-call.ts';
import { type ReadPlan, readPlan } from './saved-plan-file.ts';
import { playbookFile } from './shipped-playbooks.ts';
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
    enterFolderOf(call, 'the run was called');
    const flags = { ...recalledFlags(call, today), stateDir: dir };
    const files = call.playbooks.map(({ file }) => playbookFile(file));
    const prepared = await prepareRun(files, flags);
    mustBeTheSame(call, prepared, `run ${of} began`, ANEW);
    const past = await loadPast(dir, of);
    const by = call.plan && (await samePlan(call.plan, of));
    return withLocks([playLock(files, flags)], id, flags, () => carryOutRun(id, files, prepared, flags, { past, by }));
  });
}

const ANEW = 'bring back what it was; or run it anew: what is done already is found as it should be';

/** What the run is held to. @throws InputError where that is something else today */
async function samePlan({ file, sha256 }: NonNullable<RunCall['plan']>, run: string): Promise<ReadPlan> {
  const read = await readPlan(file);
  if (read.source.sha256 === sha256) return read;
  throw inputError(`the plan ${file} is not what it was when run ${run} began`, ANEW);
}
