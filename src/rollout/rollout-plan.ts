import type { EventOf } from '../core/event.ts';
import type { Host } from '../core/inventory.ts';
import { type Play, stepsOf } from '../core/playbook.ts';
import type { Bounds, Spread } from '../core/rollout.ts';
import { hostScope } from '../core/scope.ts';
import { wavesOf } from './batches.ts';
import { failuresAllowed } from './budget.ts';

/** A play and the hosts that its pattern and the limit have selected. */
export interface ResolvedPlay {
  readonly play: Play;
  readonly hosts: readonly Host[];
}

/** A play's batches, fixed before the first host of the run is touched. */
export interface PlannedPlay extends ResolvedPlay {
  readonly waves: readonly (readonly Host[])[];
  /** Hosts at work at the same time. */
  readonly forks: number;
  /** Failures that end it; undefined: none do. */
  readonly failures: number | undefined;
}

/** Pure. `forks`: as the command line has it; `hosts`: of the whole run. */
export function planRollout(resolved: ResolvedPlay, forks: number, hosts: number): PlannedPlay {
  const { rollout } = resolved.play;
  return {
    ...resolved,
    waves: wavesOf(resolved.hosts, rollout.serial),
    forks: Math.min(forks, rollout.forks ?? forks),
    failures: failuresAllowed(rollout, hosts),
  };
}

/** What people and programs are told before it starts. */
export function plannedEvent({
  play,
  hosts,
  waves,
  forks,
  failures,
}: PlannedPlay): Omit<EventOf<'rollout.planned'>, 'at'> {
  const { onFailure, soak, spread, maxContainersStopped, window, confirm } = play.rollout;
  const { timesPerHost, wedgedHosts } = play.limits;
  const bounds: Bounds = {
    ...{ forks, onFailure, soak, health: stepsOf(play.health).map(({ name }) => name) },
    ...(failures === undefined ? {} : { maxFailures: failures }),
    ...(spread === undefined ? {} : { spread }),
    ...(maxContainersStopped === undefined ? {} : { maxContainersStopped }),
    ...(window === undefined ? {} : { window }),
    ...(confirm === undefined ? {} : { confirm }),
    ...(timesPerHost === undefined ? {} : { timesPerHost }),
    ...(wedgedHosts === undefined ? {} : { wedgedHosts }),
  };
  const batches = waves.map((wave) => wave.map(({ name }) => name));
  const planned = { type: 'rollout.planned', play: play.name, batches, bounds } as const;
  if (spread === undefined) return planned;
  // For a rollback, which may know no inventory.
  return { ...planned, domains: Object.fromEntries(hosts.map((host) => [host.name, domainOf(host, play, spread)])) };
}

/** Hosts without the variable are one domain. */
export const domainOf = (host: Host, play: Play, { by }: Spread): string =>
  JSON.stringify(hostScope(host, play)[by] ?? null);
