import { inputError } from '../core/diagnostic.ts';
import type { RunCall } from '../core/event.ts';
import { ExitCode } from '../core/exit-code.ts';
import { loadPast, loadRun, newRunId } from '../journal/index.ts';
import { playLock, runLock } from './locks.ts';
import { prepareRun } from './prepare.ts';
import { findWholeRun, isThrough, mustBeResumable } from './resumable.ts';
import { changeSession } from './run.ts';
import { enterFolderOf, mustBeTheSame, type ResumeFlags, recalledFlags } from './run-call.ts';
import { POLICIES, runCommand } from './run-session.ts';
import { type ReadPlan, readPlan } from './saved-plan-file.ts';
import { playbookFile } from './shipped-playbooks.ts';
import { stateDir } from './state-dir.ts';

/** `unwedge resume RUN`: goes on where a run ended, with what it was called with. */
export const resume = (prefix: string, today: ResumeFlags): Promise<ExitCode> =>
  runCommand(POLICIES.run, undefined, async () => {
    const dir = stateDir(today);
    const of = await findWholeRun(dir, prefix);
    const run = newRunId(Date.now(), Math.random);
    const call = await callToResume(dir, of);
    if (call === undefined) return { run, flags: today, locks: () => [], begin: async () => nothingToResume(of) };
    enterFolderOf(call, 'the run was called');
    const flags = { ...recalledFlags(call, today), stateDir: dir };
    const files = call.playbooks.map(({ file }) => playbookFile(file));
    const prepared = await prepareRun(files, flags);
    mustBeTheSame(call, prepared, `run ${of} began`, ANEW);
    return {
      ...{ run, flags },
      locks: () => [runLock(dir, of), runLock(dir, run), playLock(files, flags)],
      async begin() {
        // Another one may have gone on with it, or taken it back, before nobody else could.
        if ((await callToResume(dir, of)) === undefined) return nothingToResume(of);
        const by = call.plan && (await samePlan(call.plan, of));
        return changeSession(run, files, prepared, flags, { past: await loadPast(dir, of), by });
      },
    };
  });

/** How the run was called; undefined: it is through. @throws InputError where no run can go on with it */
async function callToResume(dir: string, run: string): Promise<RunCall | undefined> {
  const { record } = await loadRun(dir, run);
  mustBeResumable(record);
  return isThrough(record) ? undefined : record.started.call;
}

function nothingToResume(run: string): ExitCode {
  console.log(`nothing to resume: run ${run} is through on all of its hosts`);
  return ExitCode.done;
}

const ANEW = 'bring back what it was; or run it anew: what is done already is found as it should be';

/** What the run is held to. @throws InputError where that is something else today */
async function samePlan({ file, sha256 }: NonNullable<RunCall['plan']>, run: string): Promise<ReadPlan> {
  const read = await readPlan(file);
  if (read.source.sha256 === sha256) return read;
  throw inputError(`the plan ${file} is not what it was when run ${run} began`, ANEW);
}
