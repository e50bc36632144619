import type { JsonObject } from '../core/json.ts';
import { type OpenOptions, openConnection } from '../transport/open-connection.ts';
import { asking } from './ask-steps.ts';
import { limitsOf } from './limits.ts';
import { lockWish } from './locks.ts';
import type { RunFlags } from './options.ts';
import { softwareNow } from './own-package.ts';
import type { PreparedRun } from './prepare.ts';
import { playbookName } from './shipped-playbooks.ts';
import { rememberedWay, wayTo } from './step-users.ts';

/** The plan of a run or a check, but for its mode. */
export const planOf = (run: string, playbooks: readonly string[], prepared: PreparedRun, flags: RunFlags) => ({
  ...{ run, playbooks: playbooks.map(playbookName), plays: prepared.plays, forks: flags.forks, lock: lockWish(flags) },
  hosts: rowsOf(prepared),
  becomes: ({ name }: { readonly name: string }) => prepared.options.get(name)?.become !== undefined,
  limits: limitsOf(run, playbooks, flags),
  software: softwareNow(),
  ...(flags.step ? { allows: asking() } : {}),
});

/** A host's way, and its groups, for reports. */
function rowsOf(prepared: PreparedRun): readonly JsonObject[] {
  const hosts = prepared.plays.flatMap((play) => play.hosts);
  const groups = new Map(hosts.map((host) => [host.name, host.groups.filter((group) => group !== 'all')]));
  return [...prepared.options.values()].map((usual) => ({
    ...rememberedWay(prepared, usual),
    groups: groups.get(usual.name) ?? [],
  }));
}

/** Opens the way to a host of the run. `options`: of an audit. */
export const connect =
  (prepared: PreparedRun, options?: OpenOptions) =>
  ({ name }: { readonly name: string }, become?: boolean) =>
    openConnection(wayTo(prepared, name, become), process.env, options);
