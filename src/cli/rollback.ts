import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import type { RunRecord } from '../core/run-record.ts';
import { loadRun, newRunId, openJournal } from '../journal/index.ts';
import { hostsToUndo, startRollback } from '../runner/index.ts';
import { stepTypes } from '../steps/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import { becomePassword } from './become-password.ts';
import type { RunFlags } from './flags.ts';
import { hostJournals } from './host-journals.ts';
import { lockWish, runLock, withLocks } from './locks.ts';
import { observed } from './observed.ts';
import { findWholeRun } from './resumable.ts';
import { stateDir } from './state-dir.ts';
import { recalled } from './targets.ts';

/** `unwedge rollback RUN`: the run's journal, backwards. */
export async function rollback(prefix: string, flags: RunFlags): Promise<ExitCode> {
  const dir = stateDir(flags);
  const of = await findWholeRun(dir, prefix);
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
  const rows = new Map(record.started.hosts.map((row) => [row.name, row]));
  const usual = new Map([...rows].map(([name, row]) => [name, recalled(row, flags, password)]));
  const types = new Map(stepTypes.map((type) => [type.name, type]));
  const plan = {
    ...{ run, record, typeOf: (name: string) => types.get(name), forks: flags.forks, lock: lockWish(flags) },
    becomes: (host: string) => usual.get(host)?.become !== undefined,
  };
  const connect = (host: string, become?: boolean) => {
    const row = rows.get(host);
    if (row === undefined) throw new Error(`the journal does not tell how to reach ${host}`);
    return openConnection(recalled(row, flags, password, become));
  };
  const journal = await openJournal(stateDir(flags), run);
  const hosts = hostJournals(record.started.run, record.started.playbooks);
  return exitCodeOf(
    await observed(journal, password === undefined ? [] : [password], flags, hosts, (around) =>
      startRollback(plan, connect, around),
    ),
  );
}
