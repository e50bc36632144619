import type { Change } from '../core/change.ts';
import { type Daemon, hasOwnNamespace } from './daemon.ts';
import type { Dockerd } from './dockerd.ts';
import { mountFlagOf } from './mount-flag.ts';
import { type Refusal, willHaveOwnNamespace } from './slave-mounts.ts';

/** The name by which steps tell each other that dockerd will read its file again; `after` is live-restore then. */
export const RELOAD = 'dockerd configuration';

/** The daemon's own, or as a pending reload would make it. */
export function liveRestoreAfter(now: boolean | undefined, pending: readonly Change[]): boolean | undefined {
  const after = pending.findLast(({ resource }) => resource === RELOAD)?.after;
  return typeof after === 'boolean' ? after : now;
}

/** Why dockerd must not run with live-restore on this host; undefined: it may (docs/docker-facts.md §6). */
export function refusalOfLiveRestore(
  daemon: Daemon,
  dockerd: Dockerd,
  pending: readonly Change[],
): Refusal | undefined {
  const flag = mountFlagOf(daemon);
  if (hasOwnNamespace(daemon) || flag !== undefined || willHaveOwnNamespace(daemon, pending)) {
    return {
      reason: `dockerd runs in a mount namespace of its own${flag ? ` (MountFlags=${flag})` : ''}, and gets a new one at each start: with live-restore the surviving containers would be in the old one, and docker exec into them would fail`,
      todo: 'one of the two: take MountFlags out of docker.service and restart dockerd in a maintenance window, or leave live-restore off',
    };
  }
  if (dockerd.swarm !== undefined && dockerd.swarm !== 'inactive') {
    return {
      reason: `this host belongs to a swarm (${dockerd.swarm}): dockerd does not start with live-restore there`,
      todo: 'leave live-restore off on this host',
    };
  }
  return undefined;
}
