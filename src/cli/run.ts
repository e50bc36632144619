import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import { newRunId, openJournal } from '../journal/index.ts';
import { checkRollouts, startRun } from '../runner/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import type { RunFlags } from './flags.ts';
import { lockWish, playLock, runLock, withLocks } from './locks.ts';
import { observed } from './observed.ts';
import { known, type PreparedRun, prepareRun } from './prepared-run.ts';
import { stateDir } from './state-dir.ts';
import { remembered } from './targets.ts';

/** `unwedge run`: everything is checked first; then hosts are touched. */
export async function run(playbooks: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const prepared = await prepareRun(playbooks, flags);
  const isCheck = flags.check === true || flags.dryRun === true;
  checkRollouts(prepared.plays, isCheck ? 'check' : 'run', Date.now());
  const id = newRunId(Date.now(), Math.random);
  if (isCheck) return check(id, playbooks, prepared, flags);
  const dir = stateDir(flags);
  const locks = [playLock(playbooks, flags.inventory), runLock(dir, id)];
  return withLocks(locks, id, flags, async () => {
    const journal = await openJournal(dir, id);
    const plan = { ...planOf(id, playbooks, prepared, flags), mode: 'run' } as const;
    return exitCodeOf(
      await observed(journal, prepared.secrets, flags, (around) => startRun(plan, connect(prepared), around)),
    );
  });
}

/** A dry run changes nothing, so it leaves nothing to undo and no journal, and keeps nobody out. */
async function check(
  id: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
): Promise<ExitCode> {
  const plan = { ...planOf(id, playbooks, prepared, flags), mode: 'check' } as const;
  const recap = await observed(undefined, prepared.secrets, flags, (around) =>
    startRun(plan, connect(prepared), around),
  );
  const code = exitCodeOf(recap);
  const pending = recap.outcomes.some((o) => o.status === 'changed');
  return code === ExitCode.done && flags.detailedExitcode && pending ? ExitCode.changesPending : code;
}

const planOf = (run: string, playbooks: readonly string[], { plays, options }: PreparedRun, flags: RunFlags) => ({
  ...{ run, playbooks, plays, forks: flags.forks, lock: lockWish(flags) },
  hosts: [...options.values()].map(remembered),
});

const connect =
  ({ options }: PreparedRun) =>
  ({ name }: { readonly name: string }) =>
    openConnection(known(options.get(name), name));
