import type { Daemon } from './daemon.ts';
import { holderOf } from './holder.ts';
import { type Mounts, ownPlace, type PlacedMount, placeOfMount, type StaleMount } from './stale-mount.ts';

/** Programs whose namespaces are never entered, whatever they hold (facts/docker.md §8); `comm` is cut at 15 bytes. */
const untouchable = new Set(['systemd', 'containerd', 'docker-containe', 'kubelet', 'sshd', 'crio']);

/**
 * Why this mount must not be unmounted in its namespace; undefined: it is safe (facts/docker.md §8, a to d).
 * Each rule alone is enough to leave it.
 */
export function refusalToUnmount(mount: StaleMount, mounts: Mounts, daemon: Daemon): string | undefined {
  return (
    notDead(mount) ??
    notWhole(mount) ??
    notUnderRoot(mount, mounts) ??
    usedByRunning(mount, mounts, daemon) ??
    sharedWithOthers(mount, mounts) ??
    inProtectedNamespace(mount, daemon)
  );
}

function notDead({ container }: StaleMount): string | undefined {
  if (container.dead && container.status === 'dead' && container.pid === 0) return undefined;
  return `container ${container.name} is ${container.status}, not Dead`;
}

/** A copy of a container's mount shows the whole filesystem; a bind of a part of one is somebody's own work. */
function notWhole({ entry }: StaleMount): string | undefined {
  return entry.root === '/' ? undefined : `it shows ${entry.root} of its filesystem, not the whole`;
}

/** The place in the filesystem below must be docker's own, whatever the path is called here. */
function notUnderRoot(mount: StaleMount, mounts: Mounts): string | undefined {
  const own = ownPlace(mount.path, mounts);
  if (own !== undefined && own === placeOfMount(mount, mounts)) return undefined;
  return "it does not lie below docker's data root";
}

/** A live container shows its root filesystem as `/` and its shm as `/dev/shm`; path searches miss both. */
function usedByRunning({ entry }: StaleMount, mounts: Mounts, daemon: Daemon): string | undefined {
  const user = mounts.placed.find(
    (other) =>
      other.entry.device === entry.device &&
      (other.entry.mountpoint === '/' || other.entry.mountpoint === '/dev/shm') &&
      other.namespace.inode !== daemon.namespaces.init,
  );
  return (
    user && `the same filesystem is ${user.entry.mountpoint} of running processes in mnt:[${user.namespace.inode}]`
  );
}

/** An umount reaches every mount of the same peer group, in whatever namespace. */
function sharedWithOthers({ entry, namespace }: StaleMount, mounts: Mounts): string | undefined {
  if (entry.shared === undefined) return undefined;
  const peer = mounts.placed.find(
    (other: PlacedMount) => other.entry.shared === entry.shared && other.namespace.inode !== namespace.inode,
  );
  return (
    peer && `it shares peer group ${entry.shared} with mnt:[${peer.namespace.inode}]: an umount would reach there too`
  );
}

function inProtectedNamespace({ namespace }: StaleMount, daemon: Daemon): string | undefined {
  const { kind } = holderOf(namespace, daemon);
  if (kind === 'host' || kind === 'dockerd') return undefined;
  if (kind === 'nobody') return 'no process is in that namespace, so it cannot be entered';
  const owner = namespace.processes.find((p) => untouchable.has(p.command));
  return owner && `${owner.command} (pid ${owner.pid}) lives in that namespace`;
}
