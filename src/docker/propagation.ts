import type { MountEntry } from './mountinfo.ts';
import { type Mounts, type PlacedMount, parentOf, placeOf } from './stale-mount.ts';

/**
 * The mounts that an umount of this one takes along. The kernel goes by the mount BELOW: whatever lies at the same spot of its
 * peers and slaves goes as well, shared itself or not (mount_namespaces(7); propagate_umount in the kernel's fs/pnode.c).
 */
export function takenAlong(mount: PlacedMount, mounts: Mounts): PlacedMount[] {
  const below = parentOf(mount, mounts);
  if (below?.shared === undefined) return [];
  const groups = receiversOf(below.shared, [...mounts.parents.values()]);
  const spot = placeOf(mount.entry, below);
  return mounts.placed.filter((other) => {
    const on = parentOf(other, mounts);
    return other !== mount && on !== undefined && receives(on, groups) && placeOf(other.entry, on) === spot;
  });
}

/** The one in another namespace that lies on a peer of the mount below, at the same spot. */
export function peerElsewhere(mount: PlacedMount, mounts: Mounts): PlacedMount | undefined {
  const group = parentOf(mount, mounts)?.shared;
  return takenAlong(mount, mounts).find(
    (other) => other.namespace.inode !== mount.namespace.inode && parentOf(other, mounts)?.shared === group,
  );
}

/** This peer group and all that receive from it, directly or through each other. */
function receiversOf(group: number, entries: readonly MountEntry[]): Set<number> {
  const groups = new Set([group]);
  for (let size = 0; size < groups.size; ) {
    size = groups.size;
    for (const e of entries) if (e.shared !== undefined && receives(e, groups)) groups.add(e.shared);
  }
  return groups;
}

const receives = (entry: MountEntry, groups: ReadonlySet<number>): boolean =>
  [entry.shared, entry.master, entry.propagateFrom].some((group) => group !== undefined && groups.has(group));
