import type { ConnectionOptions } from '../core/connection-options.ts';
import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import type { RunRecord } from '../core/run-record.ts';
import { loadRun, newRunId, openJournal } from '../journal/index.ts';
import { hostsToUndo, startRollback } from '../runner/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import { becomePassword } from './become-password.ts';
import type { RunFlags } from './flags.ts';
import { runOnHosts } from './host-copies.ts';
import { hostJournals } from './host-journals.ts';
import { lockWish, runLock, withLocks } from './locks.ts';
import { observed } from './observed.ts';
import { softwareNow } from './own-package.ts';
import { stepTypesOf } from './plugin-types.ts';
import { reported } from './report-run.ts';
import { findWholeRun } from './resumable.ts';
import { SentScripts } from './sent-scripts.ts';
import { stateDir } from './state-dir.ts';
import { recalled } from './targets.ts';

export interface RollbackFlags extends RunFlags {
  /** Modules whose step types the run had. */
  readonly plugin: readonly string[];
}

/** `unwedge rollback RUN`: the run's journal, backwards; with an inventory, the journals of its hosts. */
export async function rollback(prefix: string, flags: RollbackFlags): Promise<ExitCode> {
  const dir = stateDir(flags);
  const run = newRunId(Date.now(), Math.random);
  if (flags.inventory.length > 0) return rollbackOnHosts(prefix, run, flags);
  const of = await findWholeRun(dir, prefix);
  // The record is read once nobody else adds to it.
  return withLocks([runLock(dir, of), runLock(dir, run)], run, flags, async () => {
    const { record } = await loadRun(dir, of);
    return takeBack(run, record, await recalledWays(record, flags), flags);
  });
}

/** Where this controller has no journal of the run: what its hosts keep is enough. */
async function rollbackOnHosts(prefix: string, run: string, flags: RollbackFlags): Promise<ExitCode> {
  const { record, wayTo, secrets, unknown } = await runOnHosts(prefix, flags);
  const dir = stateDir(flags);
  return withLocks([runLock(dir, record.started.run), runLock(dir, run)], run, flags, async () => {
    const code = await takeBack(run, record, { secrets, wayTo }, flags);
    return code === ExitCode.done && unknown.length > 0 ? ExitCode.unreachable : code;
  });
}

interface Ways {
  readonly secrets: readonly string[];
  /** How to reach a host, as its usual user or as a step has asked for. */
  readonly wayTo: (host: string, become?: boolean) => ConnectionOptions | undefined;
}

async function recalledWays(record: RunRecord, flags: RollbackFlags): Promise<Ways> {
  const password = await becomePassword(flags);
  const rows = new Map(record.started.hosts.map((row) => [row.name, row]));
  return {
    secrets: password === undefined ? [] : [password],
    wayTo(host, become) {
      const row = rows.get(host);
      return row && recalled(row, flags, password, become);
    },
  };
}

async function takeBack(
  run: string,
  record: RunRecord,
  { secrets, wayTo }: Ways,
  flags: RollbackFlags,
): Promise<ExitCode> {
  const { run: of, playbooks } = record.started;
  if (hostsToUndo(record).length === 0) {
    console.log(`nothing to undo: run ${of} has changed nothing that is not taken back or irreversible`);
    return ExitCode.done;
  }
  const types = await stepTypesOf(record.started.call, flags.plugin);
  const plan = {
    ...{ run, record, typeOf: (name: string) => types.get(name), forks: flags.forks, lock: lockWish(flags) },
    becomes: (host: string) => wayTo(host)?.become !== undefined,
    software: softwareNow(),
  };
  const connect = (host: string, become?: boolean) => {
    const to = wayTo(host, become);
    if (to === undefined) throw new Error(`the journal does not tell how to reach ${host}`);
    return openConnection(to);
  };
  return reported(flags, { kind: 'rollback', earlier: record.hosts }, async ({ hear }) => {
    const journal = await openJournal(stateDir(flags), run);
    const sent = new SentScripts(journal);
    const hosts = hostJournals(of, playbooks, sent.texts);
    return exitCodeOf(
      await observed({ flags, secrets, journal, hosts, hear }, (around) =>
        startRollback(plan, sent.over(connect), around),
      ),
    );
  });
}
