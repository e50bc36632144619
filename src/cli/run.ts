import { inputError } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { newRunId } from '../journal/index.ts';
import { stepwise } from './ask-steps.ts';
import { carryOutRun } from './carry-out-run.ts';
import { checkRun } from './check-run.ts';
import type { RunFlags } from './flags.ts';
import { playLock, runLock, withLocks } from './locks.ts';
import { checkPin } from './playbook-pin.ts';
import { prepareRun } from './prepared-run.ts';
import { stateDir } from './state-dir.ts';

/** `unwedge run`: everything is checked first; then hosts are touched. */
export async function run(playbooks: readonly string[], given: RunFlags): Promise<ExitCode> {
  mustBeSensible(playbooks, given);
  const flags = stepwise(given);
  const prepared = await prepareRun(playbooks, flags);
  checkPin(prepared, flags.playbookSha256);
  const id = newRunId(Date.now(), Math.random);
  if (flags.check === true || flags.dryRun === true) return checkRun(id, playbooks, prepared, flags);
  const locks = [playLock(playbooks, flags.inventory), runLock(stateDir(flags), id)];
  return withLocks(locks, id, flags, () => carryOutRun(id, playbooks, prepared, flags));
}

function mustBeSensible(playbooks: readonly string[], { out, check, dryRun, step }: RunFlags): void {
  if (playbooks.length === 0)
    throw inputError(
      "missing required argument 'playbook'",
      'unwedge run PLAYBOOK -i INVENTORY; or by a plan: --plan FILE',
    );
  if (out !== undefined && !check && !dryRun)
    throw inputError('--out saves what a dry run foretells, and this is none', 'add --check');
  if (out !== undefined && step)
    throw inputError(
      '--out takes no --step: a plan holds what the playbook comes to',
      'leave steps out by --skip-tags',
    );
}
