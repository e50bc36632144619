/**
 * What a simulated host is: docker version × storage driver × kernel rule × daemon layout × systemd version. The doubles in this
 * folder read it and behave as docs/docker-facts.md §0 to §6 say.
 */

export type KernelRule =
  /** Before 3.18, and EL 7.4+ with fs.may_detach_mounts=0: rmdir of a mountpoint of any namespace is busy (§5). */
  | 'any-namespace'
  /** 3.18 and later, and EL 7.4+ with fs.may_detach_mounts=1: only of the daemon's own namespace. */
  | 'own-namespace';

export type StorageDriver = 'devicemapper' | 'overlay' | 'overlay2' | 'aufs' | 'btrfs' | 'zfs' | 'vfs';

export interface Personality {
  /** Also the host's group in a fleet: `el7-1.12.6-devicemapper`. */
  readonly name: string;
  readonly docker: string;
  /** Red Hat's builds have the newer order of removal with the old words, and names like dockerd-current (§0.3, §6). */
  readonly build: 'ce' | 'rhel';
  readonly driver: StorageDriver;
  readonly root: string;
  /** As `uname -r` prints it. */
  readonly kernel: string;
  /** fs.may_detach_mounts at boot; dockerd 17.09 to 27 turns it on. */
  readonly mayDetach: 'absent' | '0' | '1';
  /** `own`: a child of dockerd; `separate`: containerd.service. */
  readonly containerd: 'own' | 'separate';
  readonly systemd: number;
  readonly liveRestore: boolean;
  readonly usernsRemap: boolean;
  /** `slave`: docker.service has MountFlags=slave as it is installed. */
  readonly dockerdNamespace: 'host' | 'slave';
  /** dm.use_deferred_deletion: the device that is still open is left to a later try (§1.3). */
  readonly deferredDeletion: boolean;
  /** Up to 1.12 docker inspect of a Dead container may fail (§2). */
  readonly inspectDead: 'ok' | 'fails';
  /** For how long a removal tries a path that is busy; 5 s on real hosts (§4). */
  readonly retrySeconds: number;
}

type Given = Pick<Personality, 'name' | 'docker' | 'driver' | 'kernel'> & Partial<Personality>;

const EL73 = { kernel: '3.10.0-514.26.2.el7.x86_64', systemd: 219 } as const;
const EL74 = { kernel: '3.10.0-693.21.1.el7.x86_64', systemd: 219 } as const;
const EL79 = { kernel: '3.10.0-1160.119.1.el7.x86_64', systemd: 219 } as const;
const rhel = { build: 'rhel', dockerdNamespace: 'slave' } as const;

/** Each has something that no other has. */
export const personalities: readonly Personality[] = [
  {
    name: 'el7-1.10.3-devicemapper',
    docker: '1.10.3',
    driver: 'devicemapper',
    ...EL73,
    kernel: '3.10.0-327.36.3.el7.x86_64',
    deferredDeletion: true,
  },
  { name: 'el7-1.12.6-devicemapper', docker: '1.12.6', driver: 'devicemapper', ...EL73 },
  {
    name: 'el7-1.12.6-inspect-fails',
    docker: '1.12.6',
    driver: 'devicemapper',
    ...EL73,
    deferredDeletion: true,
    inspectDead: 'fails',
  },
  {
    name: 'el7-1.13.1-rhel-devicemapper',
    docker: '1.13.1',
    driver: 'devicemapper',
    ...EL74,
    ...rhel,
    mayDetach: '0',
    deferredDeletion: true,
  },
  { name: 'el7-17.03-overlay', docker: '17.03.2', driver: 'overlay', ...EL73 },
  { name: 'el7-17.06-overlay2', docker: '17.06.2', driver: 'overlay2', ...EL74, mayDetach: '0' },
  { name: 'el7-17.12-overlay2', docker: '17.12.1', driver: 'overlay2', ...EL73 },
  { name: 'el7.4-17.12-overlay2', docker: '17.12.1', driver: 'overlay2', ...EL74, mayDetach: '0' },
  { name: 'el7-18.06-overlay2', docker: '18.06.3', driver: 'overlay2', ...EL73, liveRestore: true },
  { name: 'el7.9-17.06-devicemapper', docker: '17.06.2', driver: 'devicemapper', ...EL79, mayDetach: '1' },
  { name: 'el7-18.09-overlay2', docker: '18.09.9', driver: 'overlay2', ...EL73 },
  { name: 'el7-19.03-overlay2-moved', docker: '19.03.15', driver: 'overlay2', ...EL73, root: '/data/docker storage' },
  { name: 'debian-20.10-overlay2', docker: '20.10.24', driver: 'overlay2', kernel: '5.10.0-30-amd64', systemd: 247 },
  { name: 'el7-20.10-overlay2-remapped', docker: '20.10.24', driver: 'overlay2', ...EL73, usernsRemap: true },
  { name: 'ubuntu-24.0-overlay2', docker: '24.0.9', driver: 'overlay2', kernel: '5.15.0-105-generic', systemd: 249 },
  { name: 'el7-24.0-overlay2', docker: '24.0.9', driver: 'overlay2', ...EL73 },
  { name: 'debian-28.2-overlay2', docker: '28.2.2', driver: 'overlay2', kernel: '6.1.0-35-amd64', systemd: 252 },
  { name: 'ubuntu-17.03-aufs', docker: '17.03.2', driver: 'aufs', kernel: '3.13.0-170-generic', systemd: 219 },
  { name: 'ubuntu-18.06-aufs', docker: '18.06.3', driver: 'aufs', kernel: '3.13.0-170-generic', systemd: 219 },
  { name: 'suse-18.09-btrfs', docker: '18.09.9', driver: 'btrfs', kernel: '4.12.14-122-default', systemd: 228 },
  { name: 'ubuntu-20.10-zfs', docker: '20.10.24', driver: 'zfs', kernel: '5.4.0-182-generic', systemd: 245 },
  { name: 'el7-19.03-vfs', docker: '19.03.15', driver: 'vfs', ...EL73 },
].map(complete as (given: object) => Personality);

function complete(given: Given): Personality {
  const [major = 0, minor = 0] = given.docker.split('.').map(Number);
  return {
    build: 'ce',
    root: given.usernsRemap ? '/var/lib/docker/100000.100000' : '/var/lib/docker',
    mayDetach: 'absent',
    // A service of its own since 18.09 (docs/docker-facts.md §6).
    containerd: major * 100 + minor >= 1809 ? 'separate' : 'own',
    systemd: 219,
    liveRestore: false,
    usernsRemap: false,
    dockerdNamespace: 'host',
    deferredDeletion: false,
    inspectDead: 'ok',
    retrySeconds: 0,
    ...given,
  };
}

/** @throws where there is no such personality. */
export function personality(name: string): Personality {
  const found = personalities.find((p) => p.name === name);
  if (!found) throw new Error(`no personality ${name}; there are ${personalities.map((p) => p.name).join(', ')}`);
  return found;
}

/** Which rule the kernel goes by once dockerd has started. */
export function kernelRule({ kernel, mayDetach, docker }: Personality): KernelRule {
  const [major = 0, minor = 0] = docker.split('.').map(Number);
  const version = major * 100 + minor;
  if (mayDetach === '1' || (mayDetach === '0' && version >= 1709 && version < 2800)) return 'own-namespace';
  return kernel.startsWith('3.10.') || kernel.startsWith('3.13.') ? 'any-namespace' : 'own-namespace';
}

/** The host's /sim/personality: KEY='VALUE' lines that a shell can read. */
export function personalityText(p: Personality): string {
  const lines = {
    NAME: p.name,
    DOCKER_VERSION: p.docker,
    BUILD: p.build,
    DRIVER: p.driver,
    DOCKER_ROOT: p.root,
    KERNEL: p.kernel,
    MAY_DETACH: p.mayDetach,
    CONTAINERD: p.containerd,
    SYSTEMD: p.systemd,
    LIVE_RESTORE: p.liveRestore,
    USERNS_REMAP: p.usernsRemap ? 'yes' : 'no',
    DOCKERD_NAMESPACE: p.dockerdNamespace,
    // Red Hat's unit has --exec-opt native.cgroupdriver=systemd; with cgroup v2 it is the default.
    CGROUP_DRIVER: p.build === 'rhel' || p.systemd >= 247 ? 'systemd' : 'cgroupfs',
    DM_DEFERRED: p.deferredDeletion ? 1 : 0,
    INSPECT_DEAD: p.inspectDead,
    RETRY_SECONDS: p.retrySeconds,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join('');
}
