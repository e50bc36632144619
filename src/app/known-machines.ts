import { inputError } from '../core/diagnostic.ts';
import type { RunPast } from '../core/past.ts';
import { didYouMean } from '../core/suggestion.ts';
import type { KnownMachines } from '../rollout/index.ts';
import type { RunFlags } from './options.ts';
import type { ReadPlan } from './saved-plan-file.ts';

/** Which machines the hosts of a run must be, by its plan and by what it goes on with; undefined: there is neither. @throws InputError */
export function knownMachines(
  past: RunPast | undefined,
  by: ReadPlan | undefined,
  flags: RunFlags,
): { readonly known?: KnownMachines } {
  if (past === undefined && by === undefined) return {};
  const planned = by?.plan.hosts ?? [];
  const names = [...planned.map(({ host }) => host), ...(past?.hosts.keys() ?? [])];
  const machines = planned.flatMap(({ host, machine }) => (machine === undefined ? [] : ([[host, machine]] as const)));
  const known = { machines: new Map([...machines, ...(past?.machines ?? [])]), forced: forcedHosts(flags, names) };
  return { known };
}

/** Hosts of which people say that they are the right machines. `hosts`: all that may be named. @throws InputError for another one */
export function forcedHosts(
  { forceHost = [] }: Pick<RunFlags, 'forceHost'>,
  hosts: readonly string[],
): readonly string[] {
  const unknown = forceHost.find((name) => !hosts.includes(name));
  if (unknown === undefined) return forceHost;
  throw inputError(`--force-host ${unknown}: the run has no such host`, didYouMean(unknown, hosts));
}
