import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import { newRunId } from '../journal/index.ts';
import { checkRollouts, startRun } from '../runner/index.ts';
import { stepwise } from './ask-steps.ts';
import { carryOutRun } from './carry-out-run.ts';
import type { RunFlags } from './flags.ts';
import { playLock, runLock, withLocks } from './locks.ts';
import { observed } from './observed.ts';
import { checkPin } from './playbook-pin.ts';
import { type PreparedRun, prepareRun } from './prepared-run.ts';
import { connect, planOf } from './run-plan.ts';
import { stateDir } from './state-dir.ts';

/** `unwedge run`: everything is checked first; then hosts are touched. */
export async function run(playbooks: readonly string[], given: RunFlags): Promise<ExitCode> {
  const flags = stepwise(given);
  const prepared = await prepareRun(playbooks, flags);
  checkPin(prepared, flags.playbookSha256);
  const id = newRunId(Date.now(), Math.random);
  if (flags.check === true || flags.dryRun === true) return check(id, playbooks, prepared, flags);
  const locks = [playLock(playbooks, flags.inventory), runLock(stateDir(flags), id)];
  return withLocks(locks, id, flags, () => carryOutRun(id, playbooks, prepared, flags));
}

/** A dry run changes nothing, so it leaves nothing to undo and no journal, and keeps nobody out. */
async function check(
  id: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
): Promise<ExitCode> {
  checkRollouts(prepared.plays, 'check', Date.now());
  const plan = { ...planOf(id, playbooks, prepared, flags), mode: 'check' } as const;
  const recap = await observed(undefined, prepared.secrets, flags, undefined, (around) =>
    startRun(plan, connect(prepared), around),
  );
  const code = exitCodeOf(recap);
  const pending = recap.outcomes.some((o) => o.status === 'changed');
  return code === ExitCode.done && flags.detailedExitcode && pending ? ExitCode.changesPending : code;
}
