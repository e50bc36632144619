/**
 * Writes what daemon.sh and mounts.sh print on a host, from a short description. The shape was recorded from real hosts
 * (dockerd 20.10.24, overlay2): the daemon in the host's namespace 1000, docker's root at /var/lib/docker.
 */
export const host = { init: '1000', root: '/var/lib/docker' };

export interface FakeContainer {
  readonly id: string;
  readonly name: string;
  readonly status?: string;
  readonly dead?: boolean;
  readonly pid?: number;
  readonly error?: string;
  readonly layer?: string;
  readonly propagations?: string;
}

export interface FakeDaemon {
  readonly liveRestore?: boolean;
  readonly liveRestoreIn?: string;
  readonly containerd?: 'own' | 'separate';
  readonly dockerdNamespace?: string;
  readonly kubernetes?: string;
  readonly mountFlags?: string;
  readonly loadState?: string;
  /** As systemd knows it; the daemon's own is 52. */
  readonly mainPid?: number;
  readonly containers?: readonly FakeContainer[];
}

/** A 64-digit id from a short word. */
export const id = (word: string): string => Buffer.from(word).toString('hex').padEnd(64, '0');

export const dead = (name: string, more: Partial<FakeContainer> = {}): FakeContainer => ({
  id: id(name),
  name,
  status: 'dead',
  dead: true,
  error: `unable to remove filesystem for ${id(name)}: unlinkat ${shmOf(name)}: device or resource busy`,
  ...more,
});

export const running = (name: string, pid: number, more: Partial<FakeContainer> = {}): FakeContainer => ({
  id: id(name),
  name,
  status: 'running',
  pid,
  ...more,
});

export const shmOf = (name: string): string => `${host.root}/containers/${id(name)}/mounts/shm`;

export function daemonOutput(daemon: FakeDaemon = {}): string {
  const containers = daemon.containers ?? [];
  return lines([
    ['daemon', '20.10.24', host.root, 'overlay2', String(daemon.liveRestore ?? false)],
    ['unit', `LoadState=${daemon.loadState ?? 'loaded'}`],
    ['unit', `MainPID=${daemon.mainPid ?? 52}`],
    ['unit', `MountFlags=${daemon.mountFlags ?? ''}`],
    ['containerd', daemon.containerd ?? 'own'],
    ...(daemon.kubernetes ? [['kubernetes', daemon.kubernetes]] : []),
    ...(daemon.liveRestoreIn ? [['live_restore', daemon.liveRestoreIn]] : []),
    ['pid', '52'],
    ['namespace', 'dockerd', daemon.dockerdNamespace ?? host.init],
    ['namespace', 'self', host.init],
    ['namespace', 'init', host.init],
    ...containers.map((c) => [
      'container',
      c.id,
      c.status ?? 'running',
      String(c.dead ?? false),
      String(c.pid ?? 0),
      `/${c.name}`,
      'app:1',
      c.propagations ?? '',
      JSON.stringify(c.error ?? ''),
    ]),
    ...containers.flatMap((c) => (c.layer ? [['layer', c.id, c.layer]] : [])),
  ]);
}

export interface FakeMount {
  readonly namespace: string;
  readonly mountpoint: string;
  /** `0:NN`. */
  readonly device?: string;
  readonly root?: string;
  /** `shared:7`, `master:7`; nothing: private. */
  readonly tags?: string;
  /** The mount below it: what its namespace calls docker's disk, and where. */
  readonly on?: {
    readonly mountpoint: string;
    readonly root: string;
    readonly device?: string;
    readonly tags?: string;
  };
  /** Instead: the mount of this list on which it lies, by its index. */
  readonly upon?: number;
}

export interface FakeProcess {
  readonly pid: number;
  readonly cgroup: string;
  readonly command: string;
  /** Field 22 of stat. */
  readonly start?: string;
}

/** docker's disk is device 8:1, mounted at `/` in the host. */
export function mountsOutput(
  mounts: readonly FakeMount[],
  processes: Readonly<Record<string, readonly FakeProcess[]>> = {},
  /** Namespaces whose processes are all in a user namespace of their own. */
  locked: readonly string[] = [],
): string {
  const rows = mounts.flatMap((m, i) => [
    ['parent', m.namespace, parentLine(m, i, mounts)],
    ['mount', m.namespace, mountLine(m, i)],
  ]);
  const who = Object.entries(processes).flatMap(([inode, all]) => [
    ['processes', inode, String(all.length)],
    ...all.map((p) => ['process', inode, String(p.pid), p.start ?? '4711', p.cgroup, p.command]),
  ]);
  return lines([
    ['root', host.init, '20 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw'],
    ...rows,
    ...who,
    ...locked.map((inode) => ['locked', inode]),
  ]);
}

const mountLine = (m: FakeMount, i: number): string =>
  `${200 + i} ${m.upon === undefined ? 100 + i : 200 + m.upon} ${m.device ?? '0:72'} ${m.root ?? '/'} ${m.mountpoint} rw,nosuid${tagText(m.tags)} - tmpfs shm rw,size=65536k`;

function parentLine(m: FakeMount, i: number, mounts: readonly FakeMount[]): string {
  const upon = m.upon === undefined ? undefined : mounts[m.upon];
  if (upon && m.upon !== undefined) return mountLine(upon, m.upon);
  const { device = '8:1', root, mountpoint, tags } = m.on ?? { root: '/', mountpoint: '/' };
  return `${100 + i} 1 ${device} ${root} ${mountpoint} rw${tagText(tags)} - ext4 /dev/sda1 rw`;
}

const tagText = (tags: string | undefined): string => (tags ? ` ${tags}` : '');

const lines = (rows: readonly (readonly string[])[]): string => rows.map((r) => `${r.join('\t')}\n`).join('');

/** The namespace of a container `assist` that binds `/` at /rootfs, as its process shows. */
export const assist: Record<string, readonly FakeProcess[]> = {
  '2000': [{ pid: 389, cgroup: `/docker/${id('assist')}`, command: 'assist' }],
};
export const inAssist = (name: string, more: Partial<FakeMount> = {}): FakeMount => ({
  namespace: '2000',
  mountpoint: `/rootfs${shmOf(name)}`,
  on: { mountpoint: '/rootfs', root: '/' },
  ...more,
});
