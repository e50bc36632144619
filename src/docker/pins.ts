import type { Change } from '../core/change.ts';
import type { Daemon } from './daemon.ts';
import { alwaysDetaches, DETACH_MOUNTS_RESOURCE } from './detach-mounts.ts';
import { coveringMount, type Mounts, type StaleMount } from './stale-mount.ts';

/**
 * True where the kernel lets go of mounts in other namespaces when their directory is removed: since 3.18, or where
 * EL 7.4's backport is switched on, by a pending change too (docs/docker-facts.md §5).
 */
export function detaches({ kernel }: Daemon, pending: readonly Change[]): boolean {
  if (kernel.mayDetachMounts === 'absent') return alwaysDetaches(kernel.release);
  const set = pending.findLast(({ resource }) => resource === DETACH_MOUNTS_RESOURCE);
  return set === undefined ? kernel.mayDetachMounts === 'on' : set.after === '1';
}

/** Whether this mount keeps docker from removing its container, on a kernel that detaches or not. */
export function pins(mount: StaleMount, daemon: Daemon, mounts: Mounts, detaching: boolean): boolean {
  const { dockerd, init } = daemon.namespaces;
  // dockerd sees it itself, and its rmdir is busy on every kernel.
  if (mount.namespace.inode === (dockerd ?? init)) return true;
  return !detaching || holdsDevice(mount, daemon) || decidedElsewhere(mount, mounts);
}

/** An open device or dataset is busy wherever it is mounted; the kernel's rule about directories does not help. */
const holdsDevice = ({ path }: StaleMount, { driver, root }: Daemon): boolean =>
  ['devicemapper', 'zfs', 'btrfs'].includes(driver) && !path.startsWith(`${root}/containers/`);

/** A FUSE server answers rmdir as it likes. */
const decidedElsewhere = ({ path }: StaleMount, mounts: Mounts): boolean =>
  coveringMount(path, mounts)?.fstype.startsWith('fuse') ?? false;
