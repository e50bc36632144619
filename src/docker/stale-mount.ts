import { records } from '../core/records.ts';
import type { Container, Daemon } from './daemon.ts';
import type { NamespaceFile } from './kept-namespaces.ts';
import type { Copies } from './mount-copies.ts';
import type { Namespace } from './mount-namespace.ts';
import { type MountEntry, parseMountinfo } from './mountinfo.ts';

export type { Namespace, Process } from './mount-namespace.ts';

/** A mount as one namespace has it. */
export interface PlacedMount {
  readonly namespace: Namespace;
  readonly entry: MountEntry;
  /** The kernel's own line, to find it again. */
  readonly line: string;
}

/** A mount of a Dead container that keeps its files busy. */
export interface StaleMount extends PlacedMount {
  readonly container: Container;
  /** Where docker itself would have it, e.g. /var/lib/docker/containers/ID/mounts/shm. */
  readonly path: string;
}

/** What mounts.sh tells. */
export interface Mounts {
  readonly placed: readonly PlacedMount[];
  /** `INODE ID` → the mount that others lie on. */
  readonly parents: ReadonlyMap<string, MountEntry>;
  /** In dockerd's namespace: the mounts that cover the data root or lie below it. */
  readonly root: readonly MountEntry[];
  /** How many mounts of docker's each namespace has. */
  readonly copies: readonly Copies[];
  /** Files of mount namespaces that are mounted somewhere and in which no process is. */
  readonly namespaceFiles: readonly NamespaceFile[];
  /** Lines of the kernel's that are no mount as far as is known. Who acts on a mount refuses if there are any. */
  readonly unreadable: readonly string[];
}

export function parseMounts(stdout: string): Mounts {
  const all = records(stdout);
  const namespaces = namespacesOf(all);
  const lines = (kind: string) =>
    all.flatMap(([k, inode = '', ...line]) => (k === kind ? [{ inode, line: line.join('\t') }] : []));
  const kinds = ['mount', 'parent', 'root', 'bind'];
  return {
    unreadable: kinds.flatMap(lines).flatMap(({ line }) => parseMountinfo(line).bad.map(({ text }) => text)),
    placed: lines('mount').flatMap(({ inode, line }) =>
      parseMountinfo(line).entries.map((entry) => ({
        namespace: namespaces.get(inode) ?? empty(inode),
        entry,
        line,
      })),
    ),
    parents: new Map(
      lines('parent').flatMap(({ inode, line }) =>
        parseMountinfo(line).entries.map((entry): [string, MountEntry] => [`${inode} ${entry.id}`, entry]),
      ),
    ),
    root: lines('root').flatMap(({ line }) => parseMountinfo(line).entries),
    copies: all.flatMap(([kind, inode = '', total, lasting]) =>
      kind === 'copies'
        ? [{ namespace: namespaces.get(inode) ?? empty(inode), total: Number(total), lasting: Number(lasting) }]
        : [],
    ),
    namespaceFiles: lines('bind').flatMap(({ inode, line }) =>
      parseMountinfo(line).entries.map(({ root, mountpoint }) => ({
        inode: root.replace(/\D/g, ''),
        mountpoint,
        namespace: inode,
      })),
    ),
  };
}

const empty = (inode: string): Namespace => ({
  inode,
  processes: [],
  processCount: 0,
  locked: false,
});

function namespacesOf(all: readonly string[][]): Map<string, Namespace> {
  const rows = (kind: string) => all.filter((r) => r[0] === kind);
  const served = new Map(rows('shim').map(([, , pid, id]) => [pid, id]));
  const processes = rows('process').map(([, inode, pid, start = '', cgroup = '', ...command]) => {
    const process = { pid: Number(pid), start, cgroup, command: command.join(' ') };
    const serves = served.get(pid);
    return { inode, process: serves === undefined ? process : { ...process, serves } };
  });
  const locked = new Set(rows('locked').map(([, inode]) => inode));
  return new Map(
    rows('processes').map(([, inode = '', count]) => [
      inode,
      {
        inode,
        processCount: Number(count),
        locked: locked.has(inode),
        processes: processes
          .filter((p) => p.inode === inode)
          .map((p) => p.process)
          .sort((a, b) => Number(a.start) - Number(b.start)),
      },
    ]),
  );
}

/**
 * Below the data root, where a container's own mounts are (docs/docker-facts.md §3): its shm and secrets by its id,
 * its root filesystem by its layer's name.
 */
export function ownPaths(container: Container, daemon: Daemon): string[] {
  const home = `${daemon.root}/containers/${container.id}`;
  const own = ['shm', 'secrets', 'mqueue', 'mounts/shm', 'mounts/secrets'].map((leaf) => `${home}/${leaf}`);
  const layers = container.layer === undefined ? [] : [container.layer, `${container.layer}-init`];
  return [...own, ...layers.map((layer) => rootfsOf(layer, daemon))];
}

/** Where docker mounts a layer. */
export const rootfsOf = (layer: string, { root, driver }: Daemon): string => `${root}/${layerPath(driver, layer)}`;

function layerPath(driver: string, layer: string): string {
  switch (driver) {
    case 'overlay':
    case 'overlay2':
      return `${driver}/${layer}/merged`;
    case 'devicemapper':
    case 'aufs':
      return `${driver}/mnt/${layer}`;
    case 'btrfs':
      return `btrfs/subvolumes/${layer}`;
    case 'zfs':
      return `zfs/graph/${layer}`;
    default:
      return `${driver}/dir/${layer}`;
  }
}

/** The ids by which mounts.sh finds a container's mounts. */
export const idsOf = (container: Container): string[] =>
  container.layer === undefined ? [container.id] : [container.id, container.layer];

/**
 * Every mount, in any namespace, whose path ends as one of these containers' own paths do, or that lies at docker's own place
 * under another name (a bind of `containers/ID` alone). Deepest first, the topmost of a stack first: the order to unmount in.
 */
export function staleMounts(mounts: Mounts, daemon: Daemon, dead: readonly Container[]): StaleMount[] {
  const places = new Map(mounts.placed.map((mount) => [mount, placeOfMount(mount, mounts)]));
  const found = dead.flatMap((container) =>
    ownPaths(container, daemon).flatMap((path) => {
      const [suffix, own] = [path.slice(daemon.root.length), ownPlace(path, mounts)];
      return mounts.placed
        .filter((m) => m.entry.mountpoint.endsWith(suffix) || (own !== undefined && places.get(m) === own))
        .map((mount) => ({ ...mount, container, path }));
    }),
  );
  const depth = (m: StaleMount) => m.entry.mountpoint.split('/').length;
  // Not by their place in the list: a mount that propagates to where one is already comes to lie below it.
  const height = (m: PlacedMount): number => {
    const below = mounts.placed.find((o) => o.entry.id === m.entry.parent && o.namespace.inode === m.namespace.inode);
    return below?.entry.mountpoint === m.entry.mountpoint ? 1 + height(below) : 0;
  };
  return found
    .map((mount) => ({
      mount,
      place: mounts.placed.findIndex((p) => p.line === mount.line && p.namespace.inode === mount.namespace.inode),
      height: height(mount),
    }))
    .sort((a, b) => depth(b.mount) - depth(a.mount) || b.height - a.height || b.place - a.place)
    .map(({ mount }) => mount);
}

/** A place in a filesystem, the same whatever it is called in a namespace. */
export const placeOf = (entry: MountEntry, on: MountEntry): string =>
  `${on.device} ${join(on.root, entry.mountpoint.slice(on.mountpoint === '/' ? 0 : on.mountpoint.length))}`;

const join = (root: string, rest: string): string => (root === '/' ? rest || '/' : `${root}${rest}`);

/** The mount in dockerd's namespace on which this path of docker's lies. */
export function coveringMount(path: string, mounts: Mounts): MountEntry | undefined {
  return mounts.root
    .filter((m) => m.mountpoint === '/' || path.startsWith(`${m.mountpoint}/`))
    .reduce<MountEntry | undefined>(
      // The later of two at one mountpoint lies on top.
      (best, m) => (best === undefined || m.mountpoint.length >= best.mountpoint.length ? m : best),
      undefined,
    );
}

/** Where docker's own path lies in its filesystem, as dockerd's namespace sees it. */
export function ownPlace(path: string, mounts: Mounts): string | undefined {
  const covering = coveringMount(path, mounts);
  return covering && placeOf({ ...covering, mountpoint: path }, covering);
}

/** The mount on which it lies. */
export const parentOf = ({ namespace, entry }: PlacedMount, { parents }: Mounts): MountEntry | undefined =>
  parents.get(`${namespace.inode} ${entry.parent}`);

/** Where a placed mount lies, below whatever is stacked at its own mountpoint. */
export function placeOfMount(mount: PlacedMount, mounts: Mounts): string | undefined {
  let on = parentOf(mount, mounts);
  while (on && on.mountpoint === mount.entry.mountpoint)
    on = mounts.parents.get(`${mount.namespace.inode} ${on.parent}`);
  return on && placeOf(mount.entry, on);
}
