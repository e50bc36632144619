/**
 * Writes what daemon.sh, containers.sh and mounts.sh print on a host, from a short description. The shape was recorded from real hosts
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
  /** RFC 3339. */
  readonly finishedAt?: string;
  readonly binds?: readonly FakeBind[];
}

export interface FakeBind {
  readonly source: string;
  readonly destination: string;
  readonly propagation?: string;
  readonly mode?: string;
}

export interface FakeDaemon {
  readonly liveRestore?: boolean;
  readonly liveRestoreIn?: string;
  /** What daemon.sh sees of it, or short for that: `own` is a child of dockerd. */
  readonly containerd?: 'own' | 'separate' | readonly (readonly string[])[];
  readonly systemd?: number;
  /** dockerd's parent. */
  readonly parent?: number;
  readonly dockerdNamespace?: string;
  readonly kubernetes?: string;
  readonly mountFlags?: string;
  readonly loadState?: string;
  /** As systemd knows it; the daemon's own is 52. */
  readonly mainPid?: number;
  readonly containers?: readonly FakeContainer[];
  readonly version?: string;
  readonly driver?: string;
  /** Its release; if nothing is said one of EL 7.3, which detaches no mounts. */
  readonly kernel?: string;
  /** As /proc/sys/fs/may_detach_mounts has it; nothing: it has none. */
  readonly mayDetachMounts?: '0' | '1';
  /** dockerd's. */
  readonly flags?: readonly string[];
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

/** What daemon.sh and containers.sh answer. */
export const daemonAnswers = (
  daemon: FakeDaemon = {},
): { 'docker/daemon.sh': string; 'docker/containers.sh': string } => ({
  'docker/daemon.sh': aroundDaemon(daemon),
  'docker/containers.sh': containersOutput(daemon),
});

/** Both at once, as parseDaemon takes them. */
export const daemonOutput = (daemon: FakeDaemon = {}): string => aroundDaemon(daemon) + containersOutput(daemon);

function aroundDaemon(daemon: FakeDaemon): string {
  return lines([
    ['unit', 'Id=docker.service'],
    ['unit', `LoadState=${daemon.loadState ?? 'loaded'}`],
    ['unit', `MainPID=${daemon.mainPid ?? 52}`],
    ['unit', `MountFlags=${daemon.mountFlags ?? ''}`],
    ...(daemon.kubernetes ? [['kubernetes', daemon.kubernetes]] : []),
    ...(daemon.systemd ? [['systemd', String(daemon.systemd)]] : []),
    ...containerdRows(daemon.containerd ?? 'own'),
    ['pid', '52', String(daemon.parent ?? 1)],
    ['namespace', 'dockerd', daemon.dockerdNamespace ?? host.init],
    ...(daemon.flags ?? ['-H']).map((flag) => ['flag', flag]),
    ['namespace', 'self', host.init],
    ['namespace', 'init', host.init],
    ['kernel', daemon.kernel ?? '3.10.0-514.el7.x86_64', daemon.mayDetachMounts ?? 'absent'],
    ...(daemon.liveRestoreIn ? [['live_restore', daemon.liveRestoreIn]] : []),
  ]);
}

function containerdRows(seen: NonNullable<FakeDaemon['containerd']>): string[][] {
  if (seen === 'own') return [['containerd', 'own', '60']];
  if (seen === 'separate') return [['containerd', 'flag', '--containerd=/run/containerd/containerd.sock']];
  return seen.map((row) => ['containerd', ...row]);
}

function containersOutput({ liveRestore = false, containers = [], ...daemon }: FakeDaemon): string {
  return lines([
    ['daemon', daemon.version ?? '20.10.24', host.root, daemon.driver ?? 'overlay2', String(liveRestore)],
    ...containers.map((c) => [
      'container',
      c.id,
      c.status ?? 'running',
      String(c.dead ?? false),
      String(c.pid ?? 0),
      `/${c.name}`,
      'app:1',
      c.finishedAt ?? '0001-01-01T00:00:00Z',
      JSON.stringify(c.error ?? ''),
      JSON.stringify((c.binds ?? []).map(inspectedBind)),
    ]),
    ...containers.flatMap((c) => (c.layer ? [['layer', c.id, c.layer]] : [])),
  ]);
}

const inspectedBind = ({ source, destination, propagation = 'rprivate', mode = '' }: FakeBind) => ({
  Type: 'bind',
  Source: source,
  Destination: destination,
  Mode: mode,
  RW: true,
  Propagation: propagation,
});

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
  /** Of a shim: its container's id. */
  readonly serves?: string;
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
    ...all.flatMap(({ pid, serves }) => (serves === undefined ? [] : [['shim', inode, String(pid), serves]])),
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
