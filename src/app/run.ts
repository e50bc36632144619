import { inputError } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { newRunId } from '../journal/index.ts';
import { stepwise } from './ask-steps.ts';
import { carryOutRun } from './carry-out.ts';
import { checkRun } from './check.ts';
import { playLock, runLock, withLocks } from './locks.ts';
import type { RunFlags } from './options.ts';
import { checkPin } from './playbook-pin.ts';
import { prepareRun } from './prepare.ts';
import { playbookFile, playbookName } from './shipped-playbooks.ts';
import { callKey, type Watch, watched } from './sinks/notify.ts';
import { stateDir } from './state-dir.ts';

/** `unwedge run`: everything is checked first; then hosts are touched. */
export async function run(words: readonly string[], given: RunFlags): Promise<ExitCode> {
  mustBeSensible(words, given);
  const playbooks = words.map(playbookFile);
  const about = {
    command: isDry(given) ? 'check' : 'run',
    playbooks: playbooks.map(playbookName),
    key: callKey(playbooks, given),
    flags: given,
  } as const;
  return watched(about, (watch) => runWatched(playbooks, stepwise(given), watch));
}

async function runWatched(playbooks: readonly string[], flags: RunFlags, watch: Watch): Promise<ExitCode> {
  const prepared = await prepareRun(playbooks, flags);
  checkPin(prepared, flags.playbookSha256);
  const id = newRunId(Date.now(), Math.random);
  if (isDry(flags)) return checkRun(id, playbooks, prepared, flags, { watch });
  const locks = [playLock(playbooks, flags), runLock(stateDir(flags), id)];
  return withLocks(locks, id, flags, () => carryOutRun(id, playbooks, prepared, flags, { watch }), watch.skipped);
}

export const isDry = ({ check, dryRun }: Pick<RunFlags, 'check' | 'dryRun'>): boolean =>
  check === true || dryRun === true;

function mustBeSensible(playbooks: readonly string[], { out, check, dryRun, step, forceHost }: RunFlags): void {
  if (playbooks.length === 0)
    throw inputError(
      "missing required argument 'playbook'",
      'unwedge run PLAYBOOK -i INVENTORY; or by a plan: --plan FILE',
    );
  if (forceHost?.length)
    throw inputError('--force-host needs --plan', 'a run without a plan takes any machine: leave it out');
  if (out !== undefined && !check && !dryRun)
    throw inputError('--out saves what a dry run foretells, and this is none', 'add --check');
  if (out !== undefined && step)
    throw inputError(
      '--out takes no --step: a plan holds what the playbook comes to',
      'leave steps out by --skip-tags',
    );
}
