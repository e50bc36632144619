/** With 1 the kernel detaches other namespaces' copies of a mount when its directory is removed (docs/docker-facts.md §5). */
export const DETACH_MOUNTS = 'fs.may_detach_mounts';

/** The name of its runtime value among changes, as the sysctl step has it. */
export const DETACH_MOUNTS_RESOURCE = `sysctl ${DETACH_MOUNTS}`;

/** Kernels since 3.18 always do, and have no such setting. */
export function alwaysDetaches(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return major > 3 || (major === 3 && minor >= 18);
}

/** Why a kernel of this release has no such setting, for people. */
export function whyNoDetachMounts(release: string): string {
  return alwaysDetaches(release)
    ? 'since 3.18 a kernel always detaches mounts'
    : 'RHEL and CentOS have it from 7.4 on (3.10.0-693): update the kernel';
}
