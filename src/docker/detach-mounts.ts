/** With 1 the kernel detaches other namespaces' copies of a mount when its directory is removed (facts/docker.md §5). */
export const DETACH_MOUNTS = 'fs.may_detach_mounts';

/** Why a kernel of this release has no such setting, for people. */
export function whyNoDetachMounts(release: string): string {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 18)
    ? 'since 3.18 a kernel always detaches mounts'
    : 'RHEL and CentOS have it from 7.4 on (3.10.0-693): update the kernel';
}
