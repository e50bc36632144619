import type { Change } from '../core/change.ts';
import { type Daemon, hasOwnNamespace, hasSlaveFlag } from './daemon.ts';
import { pendingLiveRestoreIn } from './daemon-json.ts';
import { isSince } from './version.ts';

export interface Refusal {
  readonly reason: string;
  readonly todo: string;
}

/** Why docker.service must not run with MountFlags=slave on this host; undefined: it may (docs/docker-facts.md §6). */
export function refusalOfSlaveMounts(daemon: Daemon, pending: readonly Change[] = []): Refusal | undefined {
  const { LoadState = 'not known to systemd', MainPID } = daemon.unit;
  if (Object.keys(daemon.unit).length === 0) {
    return {
      reason: 'this host does not run systemd: there is no docker.service that could have MountFlags',
      todo: "leave MountFlags as it is; look for what starts dockerd on this host: /etc/init.d/docker, OpenRC's rc-service docker",
    };
  }
  if (LoadState !== 'loaded') {
    return {
      reason: `docker.service is ${LoadState} here: systemd could not start it again`,
      todo: 'look for what starts dockerd on this host: systemctl status docker.service; systemctl status $(pidof dockerd)',
    };
  }
  if (daemon.pid !== undefined && ![String(daemon.pid), String(daemon.parent)].includes(MainPID ?? '')) {
    return {
      reason: `the Docker daemon (pid ${daemon.pid}) was not started by docker.service: a restart of that would start a second one`,
      todo: `look for what starts it on this host: systemctl status ${daemon.pid}`,
    };
  }
  const files = [...daemon.liveRestoreIn, ...pendingLiveRestoreIn(pending)];
  if (daemon.liveRestore || files.length > 0) {
    return {
      reason: `live-restore is on${files.map((file) => ` (${file})`).join('')}: after the next restart of dockerd the surviving containers would be in its old mount namespace, and docker exec into them would fail`,
      todo: 'turn live-restore off first (daemon.json, the flags of dockerd), or leave this host as it is',
    };
  }
  if (daemon.containerd === 'separate') {
    return {
      reason:
        'containerd is a service of its own here (docker 18.09 and later): it would not see the root filesystems that dockerd mounts in a namespace of its own, and no container would start',
      todo: 'leave MountFlags as it is on this host; free its containers: unwedge run free-dead-containers',
    };
  }
  const unclear = unclearContainerd(daemon);
  if (unclear) return unclear;
  if (daemon.kubernetes.length > 0) {
    return {
      reason: `this is a Kubernetes node (${daemon.kubernetes[0]}): volumes that the kubelet mounts would not reach the containers`,
      todo: 'leave MountFlags as it is on this host',
    };
  }
  const sharer = daemon.containers.find(
    (c) => c.pid > 0 && c.binds.some((b) => b.propagation === 'shared' || b.propagation === 'rshared'),
  );
  if (sharer) {
    return {
      reason: `container ${sharer.name} uses a volume with shared propagation: its mounts would no longer reach the host`,
      todo: 'leave MountFlags as it is on this host, or move that container away first',
    };
  }
  return undefined;
}

/** dockerd has its own containerd since 1.11, or uses another's: which one it will be must be known. */
function unclearContainerd(daemon: Daemon): Refusal | undefined {
  const todo = 'leave MountFlags as it is on this host; free its containers: unwedge run free-dead-containers';
  if (daemon.containerd === 'own') {
    if (!daemon.containerdServiceNext) return undefined;
    return {
      reason:
        'dockerd runs a containerd of its own now, but containerd.service or its socket is there as well: from its next start on dockerd uses that one, which would not see the root filesystems that dockerd mounts, and no container would start',
      todo: `mask containerd.service if nothing needs it, or ${todo}`,
    };
  }
  if (!isSince(daemon.version, 1, 11)) return undefined;
  return {
    reason:
      'it is not known which containerd dockerd uses: no child of dockerd is one. If it is a service of its own, no container would start',
    todo: `look for it on the host: ps -ef | grep containerd. Until it is known ${todo}`,
  };
}

/** True where the pending changes end in a dockerd that has a mount namespace of its own. */
export function willHaveOwnNamespace(daemon: Daemon, pending: readonly Change[]): boolean {
  const restarts = pending.some((c) => c.resource === 'unit docker.service');
  const setsFlag = pending.some(
    (c) => c.resource.startsWith('file ') && /^MountFlags=slave$/m.test(c.diff?.after ?? ''),
  );
  return restarts && (setsFlag || hasSlaveFlag(daemon) || hasOwnNamespace(daemon));
}
