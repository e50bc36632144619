import { printable } from '../core/printable.ts';
import type { Daemon } from './daemon.ts';
import { holderOf } from './holder.ts';
import { mountResource } from './outlook.ts';
import { peerElsewhere, takenAlong } from './propagation.ts';
import { isUntouchable } from './protected.ts';
import { type Mounts, ownPlace, type PlacedMount, parentOf, placeOfMount, type StaleMount } from './stale-mount.ts';

/**
 * Why this mount must not be unmounted in its namespace, once these others are gone; undefined: it is safe
 * (docs/docker-facts.md §8, a to d). Each rule alone is enough to leave it.
 */
export function refusalToUnmount(
  mount: StaleMount,
  mounts: Mounts,
  daemon: Daemon,
  gone: ReadonlySet<string>,
): string | undefined {
  return (
    notDead(mount) ??
    notAllRead(mounts) ??
    notWhole(mount) ??
    belowOthers(mount, mounts, gone) ??
    notUnderRoot(mount, mounts) ??
    usedByRunning(mount, mounts, daemon) ??
    sharedWithOthers(mount, mounts) ??
    takesOthersAlong(mount, mounts) ??
    inProtectedNamespace(mount, daemon)
  );
}

function notDead({ container }: StaleMount): string | undefined {
  if (container.dead && container.status === 'dead' && container.pid === 0) return undefined;
  return `container ${container.name} is ${container.status}, not Dead`;
}

/** What is not understood may be a user of this very mount. */
function notAllRead({ unreadable: [line] }: Mounts): string | undefined {
  return line === undefined ? undefined : `the kernel lists a mount that unwedge cannot read: ${printable(line)}`;
}

/** A copy of a container's mount shows the whole filesystem; a bind of a part of one is somebody's own work. */
function notWhole({ entry }: StaleMount): string | undefined {
  return entry.root === '/' ? undefined : `it shows ${entry.root} of its filesystem, not the whole`;
}

/** The kernel calls it busy; and a lazy umount would take along what lies on it. */
function belowOthers({ entry, namespace }: StaleMount, mounts: Mounts, gone: ReadonlySet<string>): string | undefined {
  const upon = mounts.placed.find(
    (other) =>
      other.entry.parent === entry.id && other.namespace.inode === namespace.inode && !gone.has(mountResource(other)),
  );
  return upon && `${upon.entry.mountpoint} lies on it`;
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

/** An umount reaches the copies on every peer of the mount below; one that is a peer itself is left as well. */
function sharedWithOthers(mount: StaleMount, mounts: Mounts): string | undefined {
  const { entry, namespace } = mount;
  const told = (group: number | undefined, peer: PlacedMount) =>
    `it shares peer group ${group} with mnt:[${peer.namespace.inode}]: an umount would reach there too`;
  const below = peerElsewhere(mount, mounts);
  if (below) return told(parentOf(below, mounts)?.shared, below);
  const peer = mounts.placed.find(
    (other) =>
      entry.shared !== undefined && other.entry.shared === entry.shared && other.namespace.inode !== namespace.inode,
  );
  return peer && told(entry.shared, peer);
}

/** What lies at the same spot of a peer or a slave goes along, whatever it is. */
function takesOthersAlong(mount: StaleMount, mounts: Mounts): string | undefined {
  const { device, root } = mount.entry;
  const other = takenAlong(mount, mounts).find(({ entry }) => entry.device !== device || entry.root !== root);
  return (
    other &&
    `an umount would take ${other.entry.mountpoint} in mnt:[${other.namespace.inode}] along, which is another mount`
  );
}

function inProtectedNamespace({ namespace }: StaleMount, daemon: Daemon): string | undefined {
  const { kind } = holderOf(namespace, daemon);
  if (kind === 'host' || kind === 'dockerd') return undefined;
  if (kind === 'nobody') return 'no process is in that namespace, so it cannot be entered';
  if (namespace.locked)
    return 'that namespace belongs to a user namespace: the kernel lets go of no single mount there';
  const owner = namespace.processes.find((p) => isUntouchable(p.command));
  return owner && `${owner.command} (pid ${owner.pid}) lives in that namespace`;
}
