import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import type { RunRecord } from '../core/run-record.ts';
import { findRun, loadRun, newRunId, openJournal } from '../journal/index.ts';
import { hostsToUndo, startRollback } from '../runner/index.ts';
import { stepTypes } from '../steps/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import { becomePassword } from './become-password.ts';
import type { RunFlags } from './flags.ts';
import { lockWish, runLock, withLocks } from './locks.ts';
import { observed } from './observed.ts';
import { stateDir } from './state-dir.ts';
import { recalled } from './targets.ts';

/** `unwedge rollback RUN`: the run's journal, backwards. */
export async function rollback(prefix: string, flags: RunFlags): Promise<ExitCode> {
  const dir = stateDir(flags);
  const of = await findRun(dir, prefix);
  const run = newRunId(Date.now(), Math.random);
  // The record is read once nobody else adds to it.
  return withLocks([runLock(dir, of), runLock(dir, run)], run, flags, async () => {
    const { record } = await loadRun(dir, of);
    if (hostsToUndo(record).length > 0) return takeBack(run, record, flags);
    console.log(`nothing to undo: run ${of} has changed nothing that is not taken back or irreversible`);
    return ExitCode.done;
  });
}

async function takeBack(run: string, record: RunRecord, flags: RunFlags): Promise<ExitCode> {
  const password = await becomePassword(flags);
  const options = new Map(record.started.hosts.map((row) => [row.name, recalled(row, flags, password)]));
  const types = new Map(stepTypes.map((type) => [type.name, type]));
  const plan = { run, record, typeOf: (name: string) => types.get(name), forks: flags.forks, lock: lockWish(flags) };
  const connect = (host: string) => {
    const to = options.get(host);
    if (to === undefined) throw new Error(`the journal does not tell how to reach ${host}`);
    return openConnection(to);
  };
  const journal = await openJournal(stateDir(flags), run);
  return exitCodeOf(
    await observed(journal, password === undefined ? [] : [password], flags, (around) =>
      startRollback(plan, connect, around),
    ),
  );
}
