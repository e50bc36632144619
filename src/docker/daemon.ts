import { keyValue, recordsByKind } from '../core/records.ts';
import { StepError } from '../core/step-type.ts';
import { type Container, parseContainers } from './containers.ts';
import { isSince } from './version.ts';

export type { Bind, Container } from './containers.ts';

/** The host's kernel. */
export interface Kernel {
  readonly release: string;
  /** fs.may_detach_mounts of EL 7.4 and later; absent before, and on every kernel since 3.18: there it is always so (docs/docker-facts.md §5). */
  readonly mayDetachMounts: 'absent' | 'off' | 'on';
}

/** The inodes of mount namespaces, as in `mnt:[INODE]`. */
export interface Namespaces {
  readonly self: string;
  readonly init: string;
  readonly dockerd: string | undefined;
}

/** What daemon.sh and containers.sh tell. */
export interface Daemon {
  readonly version: string;
  readonly root: string;
  readonly driver: string;
  /** On in the daemon that runs. */
  readonly liveRestore: boolean;
  /** The files that turn it on, for the next start at least. */
  readonly liveRestoreIn: readonly string[];
  readonly pid: number | undefined;
  /** Who started it: process 1, or a shell that a unit runs. */
  readonly parent: number | undefined;
  /** systemd's version. */
  readonly systemd: number | undefined;
  /** `own`: a child of dockerd (before 18.09); `separate`: a service of its own, running or not; `none`: neither is seen. */
  readonly containerd: 'own' | 'separate' | 'none';
  /** dockerd has one of its own now, but would use containerd.service from its next start on. */
  readonly containerdServiceNext: boolean;
  /** Why this is a Kubernetes node; empty: it is none. */
  readonly kubernetes: readonly string[];
  readonly namespaces: Namespaces;
  readonly kernel: Kernel;
  /** The words with which dockerd was started, without the program's name; empty where it is not found. */
  readonly flags: readonly string[];
  /** `MountFlags=` lines in the files of docker's unit and its drop-ins, loaded or not, in no order. */
  readonly mountFlagsIn: readonly { readonly file: string; readonly value: string }[];
  /** `systemctl show` of docker's unit, `Id` its name; empty without systemd. */
  readonly unit: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
}

/** @throws StepError where a record is not as the scripts print it: then nothing may be decided from it. */
export function parseDaemon(stdout: string): Daemon {
  const rows = recordsByKind(stdout);
  const [version, root, driver, liveRestore] = rows('daemon')[0] ?? [];
  const namespaces = new Map(rows('namespace').map(([who, inode]) => [who, inode]));
  const [self, init] = [namespaces.get('self'), namespaces.get('init')];
  if (!version || !root?.startsWith('/') || !driver || !self || !init) {
    throw new StepError('the look at the Docker daemon came back incomplete', {
      todo: 'run it by hand on the host: docker info; it must print a server version and a root directory',
    });
  }
  const [pid, parent] = rows('pid')[0] ?? [];
  const systemd = rows('systemd')[0]?.[0];
  const flags = rows('flag').map((r) => r.join('\t'));
  const containers = parseContainers(stdout);
  return {
    version,
    root,
    driver,
    // docker info tells since 1.13; live-restore is older by one.
    liveRestore: liveRestore ? liveRestore === 'true' : flags.some((f) => /^--live-restore(=true)?$/.test(f)),
    liveRestoreIn: rows('live_restore').map((r) => r.join(' ')),
    pid: pid === undefined ? undefined : Number(pid),
    parent: parent ? Number(parent) : undefined,
    systemd: systemd ? Number(systemd) : undefined,
    ...containerdLayout(rows('containerd'), version),
    kubernetes: [...rows('kubernetes').map((r) => r.join(' ')), ...containers.flatMap(podOf).slice(0, 1)],
    namespaces: { self, init, dockerd: namespaces.get('dockerd') || undefined },
    kernel: kernel(rows('kernel')[0]),
    flags,
    mountFlagsIn: rows('mount_flags').map(([file = '', value = '']) => ({ file, value })),
    unit: Object.fromEntries(rows('unit').map((r) => keyValue(r.join('\t')))),
    containers,
  };
}

function kernel([release = '', may]: readonly string[] = []): Kernel {
  return { release, mayDetachMounts: may === '1' ? 'on' : may === '0' ? 'off' : 'absent' };
}

/** The kubelet names its containers k8s_CONTAINER_POD_NAMESPACE_…, wherever it runs itself. */
const podOf = ({ name }: Container): string[] =>
  name.startsWith('k8s_') ? [`container ${name} belongs to a pod`] : [];

/** The surest sign first: other dockerds' containerds, and a service that is down at the moment, must not count for this one's. */
function containerdLayout(
  signs: readonly (readonly string[])[],
  version: string,
): Pick<Daemon, 'containerd' | 'containerdServiceNext'> {
  const has = (sign: string) => signs.some(([word]) => word === sign);
  if (has('flag')) return { containerd: 'separate', containerdServiceNext: true };
  // Since 18.09 it uses the service's socket where there is one (moby/moby cmd/dockerd/daemon_unix.go, systemContainerdRunning).
  if (has('own')) return { containerd: 'own', containerdServiceNext: has('default') && isSince(version, 18, 9) };
  const separate = has('process') || has('service') || has('default');
  return { containerd: separate ? 'separate' : 'none', containerdServiceNext: separate };
}

/** Where docker has its own unit loaded with MountFlags=slave. systemd 219 prints the flag as a number (systemd#25522). */
export function hasSlaveFlag(daemon: Daemon): boolean {
  const flag = daemon.unit.MountFlags ?? '';
  return flag.split(' ').includes('slave') || flag === String(0x80000);
}

/** dockerd runs in a mount namespace of its own. */
export function hasOwnNamespace(daemon: Daemon): boolean {
  return daemon.namespaces.dockerd !== undefined && daemon.namespaces.dockerd !== daemon.namespaces.init;
}
