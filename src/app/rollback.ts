import type { ConnectionOptions } from '../core/connection-options.ts';
import { inputError } from '../core/diagnostic.ts';
import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunRecord } from '../core/run-record.ts';
import { matchHosts } from '../inventory/host-pattern.ts';
import { readLimit } from '../inventory/limit-file.ts';
import { loadRun, newRunId, openJournal } from '../journal/index.ts';
import { hostsToUndo, startRollback } from '../rollout/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import { becomePassword } from './become-password.ts';
import { runOnHosts } from './host-copies.ts';
import { hostJournals } from './host-journals.ts';
import { forcedHosts } from './known-machines.ts';
import { lockWish, runLock, withLocks } from './locks.ts';
import { observed } from './observed.ts';
import type { RunFlags } from './options.ts';
import { softwareNow } from './own-package.ts';
import { stepTypesOf } from './plugin-types.ts';
import { findWholeRun } from './resumable.ts';
import { isDry } from './run.ts';
import { SentScripts } from './sent-scripts.ts';
import { reported } from './sinks/reports.ts';
import { stateDir } from './state-dir.ts';
import { recalled } from './targets.ts';

export interface RollbackFlags extends Omit<RunFlags, 'forks'> {
  /** Modules whose step types the run had. */
  readonly plugin: readonly string[];
  /** Undefined: as the run had. */
  readonly forks?: number;
}

/** Hosts that are asked, or rolled back, at the same time where nobody says otherwise. */
const FORKS = 25;

/** `unwedge rollback RUN`: the run's journal, backwards; with an inventory, the journals of its hosts. */
export async function rollback(prefix: string, flags: RollbackFlags): Promise<ExitCode> {
  if (isDry(flags) && flags.report?.length)
    throw inputError('a preview of a rollback has no report', 'leave --report out, or --check');
  const dir = stateDir(flags);
  const run = newRunId(Date.now(), Math.random);
  if (flags.inventory.length > 0) return rollbackOnHosts(prefix, run, flags);
  const of = await findWholeRun(dir, prefix);
  // The record is read once nobody else adds to it.
  return withLocks([runLock(dir, of), runLock(dir, run)], run, flags, async () => {
    const { record } = await loadRun(dir, of);
    const only = await limited(record, flags.limit);
    return takeBack(run, record, { ...(await recalledWays(record, flags)), only, forks: flags.forks ?? FORKS }, flags);
  });
}

/** Where this controller has no journal of the run: what its hosts keep is enough. */
async function rollbackOnHosts(prefix: string, run: string, flags: RollbackFlags): Promise<ExitCode> {
  const { record, wayTo, secrets, unknown } = await runOnHosts(prefix, { ...flags, forks: flags.forks ?? FORKS });
  const dir = stateDir(flags);
  return withLocks([runLock(dir, record.started.run), runLock(dir, run)], run, flags, async () => {
    // Hosts do not know in which batches the run went.
    const ways = { secrets, wayTo, isRenamed: true, forks: flags.forks ?? 1 };
    const code = await takeBack(run, record, ways, flags);
    return code === ExitCode.done && unknown.length > 0 ? ExitCode.unreachable : code;
  });
}

/** The hosts of a limit, by the names and groups that they had in the run; undefined: all. @throws InputError where there are none */
async function limited({ started }: RunRecord, limit: string | undefined): Promise<ReadonlySet<string> | undefined> {
  if (limit === undefined) return undefined;
  const hosts = started.hosts.flatMap(hostOf);
  const groups = new Map<string, string[]>([['all', hosts.map(({ name }) => name)]]);
  for (const host of hosts)
    for (const group of host.groups) groups.set(group, [...(groups.get(group) ?? []), host.name]);
  return new Set(matchHosts(await readLimit(limit), { hosts, groups }).map(({ name }) => name));
}

function hostOf({ name, groups }: JsonObject): Host[] {
  if (typeof name !== 'string') return [];
  return [{ name, groups: Array.isArray(groups) ? groups.map(String) : [], vars: {} }];
}

interface Ways {
  readonly secrets: readonly string[];
  /** How to reach a host, as its usual user or as a step has asked for. */
  readonly wayTo: (host: string, become?: boolean) => ConnectionOptions | undefined;
  /** Hosts may have other names today than in the run. */
  readonly isRenamed?: boolean;
  /** Hosts at work at the same time. */
  readonly forks: number;
  /** Undefined: all hosts of the run. */
  readonly only?: ReadonlySet<string> | undefined;
}

async function recalledWays(record: RunRecord, flags: RollbackFlags): Promise<Pick<Ways, 'secrets' | 'wayTo'>> {
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
  { secrets, wayTo, isRenamed, forks, only }: Ways,
  flags: RollbackFlags,
): Promise<ExitCode> {
  const { run: of, playbooks } = record.started;
  if (hostsToUndo(record, only).length === 0) {
    console.log(nothingToUndo(record));
    return ExitCode.done;
  }
  const types = await stepTypesOf(record.started.call, flags.plugin);
  const isPreview = isDry(flags);
  const plan = {
    ...{ run, record, typeOf: (name: string) => types.get(name), forks, lock: lockWish(flags), isPreview },
    ...(only && { only }),
    forced: forcedHosts(
      flags,
      record.hosts.map(({ host }) => host),
    ),
    becomes: (host: string) => wayTo(host)?.become !== undefined,
    software: softwareNow(),
  };
  const connect = (host: string, become?: boolean) => {
    const to = wayTo(host, become);
    if (to === undefined) throw new Error(`the journal does not tell how to reach ${host}`);
    return openConnection(to);
  };
  return reported(flags, { kind: 'rollback', earlier: record.hosts }, async ({ hear }) => {
    if (isPreview) {
      const hosts = hostJournals(of, playbooks, undefined, undefined, isRenamed);
      const seen = { flags, secrets, hosts, hear };
      return exitCodeOf(await observed(seen, (around) => startRollback(plan, connect, around)));
    }
    const journal = await openJournal(stateDir(flags), run);
    const sent = new SentScripts(journal);
    const hosts = hostJournals(of, playbooks, sent.texts, undefined, isRenamed);
    return exitCodeOf(
      await observed({ flags, secrets, journal, hosts, hear }, (around) =>
        startRollback(plan, sent.over(connect), around),
      ),
    );
  });
}

function nothingToUndo({ started, hosts }: RunRecord): string {
  const irreversible = hosts.flatMap(({ changes }) => changes).filter(({ state }) => state === 'irreversible').length;
  const none = `nothing to undo: run ${started.run} has left no change on these hosts that can be undone`;
  return irreversible === 0 ? none : `${none} (${irreversible} cannot be undone: unwedge runs show ${started.run})`;
}
