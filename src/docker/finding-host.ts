import type { Change } from '../core/change.ts';
import type { Finding } from '../core/finding.ts';
import type { Daemon } from './daemon.ts';
import { type Code, finding } from './finding-catalogue.ts';
import { detaches } from './pins.ts';

/** What kernel, version and surroundings mean for this host: what blocks removals here, and which remedies it excludes. */
export function hostFindings(daemon: Daemon, pending: readonly Change[]): Finding[] {
  return RULES.filter(({ holds }) => holds(daemon, pending)).map(({ code, message, remedy, evidence }) =>
    finding(code, { subject: 'host', message: message(daemon), remedy, evidence: evidence?.(daemon) ?? [] }),
  );
}

interface Rule {
  readonly code: Code;
  holds(daemon: Daemon, pending: readonly Change[]): boolean;
  message(daemon: Daemon): string;
  readonly remedy: string;
  evidence?(daemon: Daemon): readonly string[];
}

const RULES: readonly Rule[] = [
  {
    code: 'UW309',
    holds: (daemon, pending) => daemon.kernel.mayDetachMounts === 'off' && !detaches(daemon, pending),
    message: ({ kernel }) =>
      `fs.may_detach_mounts is 0 (kernel ${kernel.release}): a mount in any namespace blocks a removal`,
    remedy: 'unwedge run detach-mounts turns it on, without a restart',
  },
  {
    code: 'UW310',
    holds: (daemon) =>
      daemon.kernel.mayDetachMounts === 'absent' && daemon.kernel.release !== '' && !detaches(daemon, []),
    message: ({ kernel }) =>
      `kernel ${kernel.release} lets a mount in any namespace block a removal, and cannot do otherwise`,
    remedy: 'update the kernel when the host can be drained (RHEL and CentOS: 7.4 or later)',
  },
  {
    code: 'UW311',
    holds: ({ version }) => isBefore(version, 17, 6),
    message: ({ version }) =>
      `docker ${version} ${isRedHats(version) ? 'may forget' : 'forgets'} a container whose docker rm -f fails`,
    remedy: 'never use docker rm -f here; update docker when the host can be drained',
  },
  {
    code: 'UW312',
    holds: ({ liveRestore, liveRestoreIn }) => liveRestore || liveRestoreIn.length > 0,
    message: ({ liveRestore }) =>
      liveRestore ? 'live-restore is on' : 'live-restore is configured, and off until dockerd is restarted',
    remedy: 'leave MountFlags as it is on this host',
    evidence: ({ liveRestoreIn }) => liveRestoreIn.map((file) => `${file} turns it on`),
  },
  {
    code: 'UW313',
    holds: ({ kubernetes }) => kubernetes.length > 0,
    message: () => 'this is a Kubernetes node',
    remedy: 'drain it before anything that restarts docker or the host',
    evidence: ({ kubernetes }) => kubernetes,
  },
  {
    code: 'UW315',
    holds: ({ containerd }) => containerd === 'separate',
    message: () => 'containerd is a service of its own',
    remedy: 'leave MountFlags as it is on this host',
  },
];

function isBefore(version: string, year: number, month: number): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) < year || (Number(major) === year && Number(minor) < month);
}

/** Red Hat's builds of 1.12 and 1.13 have a part of what 17.06 mended (projectatomic/docker; docs/docker-facts.md §0). */
const isRedHats = (version: string): boolean => /^1\.1[23]\./.test(version);
