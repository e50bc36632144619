import type { ConnectionOptions } from '../core/connection-options.ts';
import { inputError } from '../core/diagnostic.ts';
import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunRecord } from '../core/run-record.ts';
import { matchHosts } from '../inventory/host-pattern.ts';
import { readLimit } from '../inventory/limit-file.ts';
import { loadRun, newRunId } from '../journal/index.ts';
import { hostsToUndo, startRollback } from '../rollout/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import { becomePassword } from './become-password.ts';
import { runOnHosts } from './host-copies.ts';
import { forcedHosts } from './known-machines.ts';
import { lockWish, runLock } from './locks.ts';
import type { RunFlags } from './options.ts';
import { softwareNow } from './own-package.ts';
import { stepTypesOf } from './plugin-types.ts';
import { findWholeRun } from './resumable.ts';
import { isDry } from './run.ts';
import { type CommandInput, POLICIES, type PreparedCommand, runCommand } from './run-session.ts';
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
  const policy = isDry(flags) ? POLICIES.rollbackCheck : POLICIES.rollback;
  const run = newRunId(Date.now(), Math.random);
  const prepare = flags.inventory.length > 0 ? byHosts : byJournal;
  return runCommand(policy, undefined, () => prepare(prefix, run, flags));
}

async function byJournal(prefix: string, run: string, flags: RollbackFlags): Promise<PreparedCommand> {
  const dir = stateDir(flags);
  const of = await findWholeRun(dir, prefix);
  return {
    ...{ run, flags, locks: () => [runLock(dir, of), runLock(dir, run)] },
    // The record is read once nobody else adds to it.
    async begin() {
      const { record } = await loadRun(dir, of);
      const only = await limited(record, flags.limit);
      const ways = { ...(await recalledWays(record, flags)), only, forks: flags.forks ?? FORKS };
      return undoSession(run, record, ways, flags);
    },
  };
}

/** Where this controller has no journal of the run: what its hosts keep is enough. */
async function byHosts(prefix: string, run: string, flags: RollbackFlags): Promise<PreparedCommand> {
  const { record, wayTo, secrets, unknown } = await runOnHosts(prefix, { ...flags, forks: flags.forks ?? FORKS });
  const dir = stateDir(flags);
  const orUnknown = (code: ExitCode) => (code === ExitCode.done && unknown.length > 0 ? ExitCode.unreachable : code);
  return {
    ...{ run, flags, locks: () => [runLock(dir, record.started.run), runLock(dir, run)] },
    async begin() {
      // Hosts do not know in which batches the run went.
      const ways = { secrets, wayTo, isRenamed: true, forks: flags.forks ?? 1 };
      const session = await undoSession(run, record, ways, flags);
      if (typeof session === 'number') return orUnknown(session);
      return { ...session, finish: async (recap) => orUnknown(exitCodeOf(recap)) };
    },
  };
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

/** @returns an exit code where there is nothing to undo */
async function undoSession(
  run: string,
  record: RunRecord,
  { secrets, wayTo, isRenamed = false, forks, only }: Ways,
  flags: RollbackFlags,
): Promise<CommandInput | ExitCode> {
  const { run: of, playbooks } = record.started;
  if (hostsToUndo(record, only).length === 0) {
    console.log(nothingToUndo(record));
    return ExitCode.done;
  }
  const types = await stepTypesOf(record.started.call, flags.plugin);
  const plan = {
    ...{ run, record, typeOf: (name: string) => types.get(name), forks, lock: lockWish(flags) },
    ...(only && { only }),
    isPreview: isDry(flags),
    forced: forcedHosts(
      flags,
      record.hosts.map(({ host }) => host),
    ),
    becomes: (host: string) => wayTo(host)?.become !== undefined,
    software: softwareNow(),
  };
  return {
    ...{ run, flags, secrets, reported: { earlier: record.hosts }, hosts: { run: of, playbooks, isRenamed } },
    open: (host, become) => {
      const to = wayTo(host, become);
      if (to === undefined) throw new Error(`the journal does not tell how to reach ${host}`);
      return openConnection(to);
    },
    engine: (open, around) => startRollback(plan, open, around),
  };
}

function nothingToUndo({ started, hosts }: RunRecord): string {
  const irreversible = hosts.flatMap(({ changes }) => changes).filter(({ state }) => state === 'irreversible').length;
  const none = `nothing to undo: run ${started.run} has left no change on these hosts that can be undone`;
  return irreversible === 0 ? none : `${none} (${irreversible} cannot be undone: unwedge runs show ${started.run})`;
}
