import { openLedger } from '../journal/index.ts';
import type { RunPlan } from '../rollout/index.ts';
import { playKey } from './locks.ts';
import type { RunFlags } from './options.ts';
import { stateDir } from './state-dir.ts';

/** The times of these playbooks with this inventory, and whether limits hold for a run. `run`: of one that goes on, the first. */
export const limitsOf = (
  run: string,
  playbooks: readonly string[],
  flags: Pick<RunFlags, 'inventory' | 'stateDir' | 'limits'>,
): NonNullable<RunPlan['limits']> => ({
  ledger: openLedger(stateDir(flags), playKey(playbooks, flags.inventory), run),
  hold: flags.limits !== false,
});
