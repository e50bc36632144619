import { keyValue, recordsByKind } from '../core/records.ts';
import { StepError } from '../core/step-type.ts';

/** One container as `docker inspect` tells it. */
export interface Container {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** `.State.Status`; unlike in `docker ps`, `removing` means that a removal is running right now. */
  readonly status: string;
  readonly dead: boolean;
  /** 0 where it does not run. */
  readonly pid: number;
  /** `.State.Error`: since 17.11 the whole message of a failed removal. */
  readonly error: string;
  /** The name of its layer below the storage driver's directory; undefined where the layer is gone. */
  readonly layer: string | undefined;
  /** Propagation of each of its mounts, e.g. `rprivate`, `shared`. */
  readonly propagations: readonly string[];
}

/** The inodes of mount namespaces, as in `mnt:[INODE]`. */
export interface Namespaces {
  readonly self: string;
  readonly init: string;
  readonly dockerd: string | undefined;
}

/** What daemon.sh tells. */
export interface Daemon {
  readonly version: string;
  readonly root: string;
  readonly driver: string;
  /** On in the daemon that runs. */
  readonly liveRestore: boolean;
  /** The files that turn it on, for the next start at least. */
  readonly liveRestoreIn: readonly string[];
  readonly pid: number | undefined;
  /** `own`: a child of dockerd (before 18.09); `separate`: a service of its own. */
  readonly containerd: 'own' | 'separate' | 'none';
  /** Why this is a Kubernetes node; empty: it is none. */
  readonly kubernetes: readonly string[];
  readonly namespaces: Namespaces;
  /** `systemctl show docker.service`; empty without systemd. */
  readonly unit: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
}

/** @throws StepError where a record is not as daemon.sh prints it: then nothing may be decided from it. */
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
  const layers = new Map(rows('layer').map(([id, layer]) => [id, layer]));
  const pid = rows('pid')[0]?.[0];
  return {
    version,
    root,
    driver,
    liveRestore: liveRestore === 'true',
    liveRestoreIn: rows('live_restore').map((r) => r.join(' ')),
    pid: pid === undefined ? undefined : Number(pid),
    containerd: containerdLayout(rows('containerd')[0]?.[0]),
    kubernetes: rows('kubernetes').map((r) => r.join(' ')),
    namespaces: { self, init, dockerd: namespaces.get('dockerd') || undefined },
    unit: Object.fromEntries(rows('unit').map((r) => keyValue(r.join('\t')))),
    containers: rows('container').map((r) => container(r, layers)),
  };
}

function container(fields: readonly string[], layers: ReadonlyMap<string | undefined, string | undefined>): Container {
  const [id = '', status = '', dead, pid, name = '', image = '', propagations = '', ...error] = fields;
  return {
    id,
    status,
    dead: dead === 'true',
    pid: Number(pid),
    name: name.replace(/^\//, ''),
    image,
    propagations: propagations.split(' ').filter((p) => p !== ''),
    error: jsonText(error.join('\t')),
    layer: layers.get(id),
  };
}

function jsonText(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

function containerdLayout(word: string | undefined): Daemon['containerd'] {
  return word === 'own' || word === 'separate' ? word : 'none';
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
