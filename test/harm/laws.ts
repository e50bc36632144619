import type { RunEvent } from '../../src/core/event.ts';
import type { Entry, Mount, Snapshot, Space } from './observation.ts';
import type { Program } from './program.ts';

/** Programs in whose namespaces nothing is ever unmounted (docs/docker-facts.md §8). */
const UNTOUCHABLE = ['systemd', 'containerd', 'kubelet', 'sshd', 'crio'];

/** The host before and after something of ours was at work on it; what docker says in `before` is what counts. */
export interface Span {
  readonly program: Program;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly spaces: readonly Space[];
  /** Those that were there before the first of us came, less those that a race has ended. */
  readonly processes: ReadonlySet<string>;
}

/** What of a running, stopped or foreign thing is no longer as it was; nothing: no harm was done. */
export function harmDone(span: Span): string[] {
  return [...mountsLost(span), ...filesTouched(span), ...processesTouched(span), ...usedFilesDeleted(span)];
}

/** Directories that docker has deleted on our behalf although somebody who lives had a part of them mounted, or worked there. */
function usedFilesDeleted(span: Span): string[] {
  const { before, after, program } = span;
  const now = after.removed.filter((directory) => !before.removed.includes(directory));
  return now.flatMap((directory) => {
    const container = program.containers.findIndex(
      ({ id, layer }) => directory.includes(id) || directory.includes(layer),
    );
    const rootfs = new RegExp(`^c${container}-rootfs-`);
    const own = placeOfPath(program.rootfsOf(program.containers[container]?.layer ?? ''), span);
    const users = [...new Set(before.workplaces.map(({ inode }) => inode))].flatMap((inode) => {
      const around = before.spaces.get(inode) ?? [];
      return around
        .filter(({ root }) => !root.endsWith('//deleted'))
        .filter((mount) =>
          directory.includes(program.containers[container]?.layer ?? directory) && rootfs.test(mount.source)
            ? mount.root !== '/' || placeOfMount(mount, around) !== own
            : within(`${mount.device} ${mount.root}`, directory, span),
        )
        .map((mount) => `mnt:[${inode}] has a part of it mounted at ${mount.point}`);
    });
    const workers = before.workplaces.flatMap(({ command, inode, path }) => {
      const place = placeIn(before.spaces.get(inode) ?? [], kernelText(path));
      return !path.endsWith(' (deleted)') && within(place, directory, span) ? [`${command} works in it: ${path}`] : [];
    });
    return [...users, ...workers].map((user) => `deleted ${directory}, and ${user}`);
  });
}

/** Nothing at all may differ: a dry run was at work. */
export function differences({ before, after }: Span): string[] {
  const texts = (s: Snapshot) => [
    ...[...s.spaces].flatMap(([inode, mounts]) => mounts.map((m) => `mnt:[${inode}] ${Object.values(m).join(' ')}`)),
    ...[...s.tree].map(([path, entry]) => `${path} ${Object.values(entry).join(' ')}`),
    ...[...s.containers].map(([id, told]) => `container ${id} ${told}`),
    `signals ${s.signals}`,
    ...s.removed,
  ];
  const [was, is] = [new Set(texts(before)), new Set(texts(after))];
  return [
    ...[...was].filter((text) => !is.has(text)).map((text) => `a dry run took away: ${text}`),
    ...[...is].filter((text) => !was.has(text)).map((text) => `a dry run brought: ${text}`),
  ];
}

function mountsLost(span: Span): string[] {
  return span.spaces.flatMap((space) => {
    const before = span.before.spaces.get(space.inode) ?? [];
    const still = new Set((span.after.spaces.get(space.inode) ?? []).map(keyOf));
    return before
      .filter((mount) => !still.has(keyOf(mount)))
      .flatMap((mount) => {
        const why = whyKept(mount, space, before, span);
        return why === undefined
          ? []
          : [`lost in mnt:[${space.inode}] (${space.commands}): ${Object.values(mount).join(' ')}: ${why}`];
      });
  });
}

/** The kernel marks the root of what was deleted; nothing else of a mount changes by itself but its tags. */
const keyOf = ({ id, device, root, point }: Mount): string =>
  [id, device, root.replace(/\/\/deleted$/, ''), point].join(' ');

/** Why this mount had to stay; undefined: it was a Dead container's, or the daemon itself let go of it. */
function whyKept(mount: Mount, space: Space, around: readonly Mount[], span: Span): string | undefined {
  const { program, before, after } = span;
  const below = standsOn(mount, around);
  const place = placeOfMount(mount, around);
  const own = program.containers.find((c) => ownPlaces(c.id, c.layer, span).includes(place ?? ''));
  // From what the daemon removes the kernel detaches what lies on it, and what lies on that, wherever it is.
  const places = withAncestors(mount, around).map((m) => placeOfMount(m, around));
  if (after.removed.some((directory) => places.some((p) => within(p, directory, span)))) return undefined;
  const owner = ownerOf(mount, program);
  const told = (id: string) => before.containers.get(id) ?? '';
  if (owner !== undefined && !isDead(told(owner.id))) return `it is ${owner.name}'s, which is not Dead`;
  if (owner === undefined && mount.source !== 'foreign') return "it is none of docker's";
  if (own === undefined) return "it does not lie at docker's own place of a container";
  if (!isDead(told(own.id))) return `it lies at the place of ${own.name}, which is not Dead`;
  if (mount.root.replace(/\/\/deleted$/, '') !== '/') return 'it shows a part only';
  if (inUse(mount, before)) return 'running processes use its filesystem';
  if (isUntouchable(space) && !/shared|master/.test(below?.tags ?? ''))
    return 'nothing may be unmounted in that namespace';
  return undefined;
}

const isDead = (told: string): boolean =>
  last(told, 'State.Dead') === 'true' && last(told, 'State.Status') === '"dead"' && last(told, 'State.Pid') === '0';

export const last = (told: string, path: string): string | undefined =>
  told
    .split('\n')
    .findLast((line) => line.startsWith(`${path}=`))
    ?.slice(path.length + 1);

/** Whose filesystem it is: its source was given by the story, and nothing that is tested reads it. */
function ownerOf({ source }: Mount, program: Program) {
  const [, number] = /^c(\d)-/.exec(source) ?? [];
  return number === undefined ? undefined : program.containers[Number(number)];
}

/** The mount on which it and all that is stacked with it at its place lie. */
function standsOn(mount: Mount, around: readonly Mount[]): Mount | undefined {
  let below = around.find((other) => other.id === mount.parent);
  while (below && below.point === mount.point && below.parent !== below.id) {
    const next: Mount = below;
    below = around.find((other) => other.id === next.parent);
  }
  return below;
}

function withAncestors(mount: Mount, around: readonly Mount[]): Mount[] {
  const below = around.find((other) => other.id === mount.parent && other !== mount);
  return below ? [mount, ...withAncestors(below, around)] : [mount];
}

function placeOfMount(mount: Mount, around: readonly Mount[]): string | undefined {
  const below = standsOn(mount, around);
  return below && placeOn(mount, below);
}

const placeOn = (mount: Pick<Mount, 'point'>, on: Mount): string =>
  `${on.device} ${on.root === '/' ? '' : on.root}${mount.point.slice(on.point === '/' ? 0 : on.point.length)}`;

const kernelText = (path: string): string =>
  Buffer.from(path)
    .toString('latin1')
    .replace(/[\\ \t\n]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

function placeOfPath(path: string, { before, spaces }: Span): string {
  const dockerd = spaces.find((s) => s.commands.includes('dockerd'));
  return placeIn(before.spaces.get(dockerd?.inode ?? '') ?? [], kernelText(path));
}

/** The place of a path in its filesystem, below whatever is mounted at the path itself. */
function placeIn(mounts: readonly Mount[], point: string): string {
  const above = mounts.filter((m) => m.point === '/' || point.startsWith(`${m.point}/`));
  const covering = above.reduce<Mount | undefined>(
    (best, m) => (best === undefined || m.point.length >= best.point.length ? m : best),
    undefined,
  );
  return covering ? placeOn({ point }, covering) : '';
}

const ownPlaces = (id: string, layer: string, span: Span): string[] =>
  [`${span.program.root}/containers/${id}/mounts/shm`, span.program.rootfsOf(layer)].map((path) =>
    placeOfPath(path, span),
  );

const within = (place: string | undefined, directory: string, span: Span): boolean => {
  const removed = placeOfPath(directory, span);
  return place !== undefined && (place === removed || place.startsWith(`${removed}/`));
};

/** A live container has it as its root or as its /dev/shm. */
const inUse = ({ device }: Mount, { spaces }: Snapshot): boolean =>
  [...spaces.values()].some((mounts) =>
    mounts.some((m) => m.device === device && (m.point === '/' || m.point === '/dev/shm')),
  );

const isUntouchable = ({ commands }: Space): boolean =>
  !commands.includes('dockerd') && !commands.includes('sh') && commands.some((c) => UNTOUCHABLE.includes(c));

/** The one file that a run leaves, by whatever name: it is gone with the next boot. */
const LOCK = /\/run\/unwedge\.lock$/;

function filesTouched(span: Span): string[] {
  const { before, after } = span;
  const lost = lostDevices(span);
  const mounts = before.spaces.get(span.spaces.find((s) => s.commands.includes('sh'))?.inode ?? '') ?? [];
  const removed = after.removed.map((directory) => placeOfPath(directory, span));
  const byDaemon = (path: string) =>
    removed.some((place) => `${placeIn(mounts, kernelText(path))}/`.startsWith(`${place}/`));
  // What was on a mount that has gone is judged with that mount.
  const excused = (path: string, entry: Entry) =>
    lost.has(entry.device) || byDaemon(path) || path.includes(`/image/${span.program.story.driver}/`);
  const uncovered = (path: string) => ancestors(path).some((p) => lost.has(before.tree.get(p)?.device ?? ''));
  const gone = [...before.tree].filter(([path, was]) => {
    const is = after.tree.get(path);
    return (is === undefined || idOf(is) !== idOf(was) || is.text !== was.text) && !excused(path, was);
  });
  const come = [...after.tree.keys()].filter((path) => !before.tree.has(path) && !uncovered(path) && !LOCK.test(path));
  return [...gone.map(([path]) => `changed or gone: ${path}`), ...come.map((path) => `appeared: ${path}`)];
}

const idOf = ({ device, inode }: Entry): string => `${device} ${inode}`;

const ancestors = (path: string): string[] => path.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));

/** Of mounts that are no longer in some namespace. */
function lostDevices({ spaces, before, after }: Span): Set<string> {
  const lost = spaces.flatMap(({ inode }) => {
    const still = new Set((after.spaces.get(inode) ?? []).map(keyOf));
    return (before.spaces.get(inode) ?? []).filter((mount) => !still.has(keyOf(mount)));
  });
  return new Set(lost.map(({ device }) => device));
}

function processesTouched({ before, after, processes }: Span): string[] {
  const ended = [...processes].filter((process) => !after.processes.has(process));
  return [
    ...ended.map((process) => `process ${process} was ended`),
    ...(before.signals === after.signals ? [] : [`signalled: ${after.signals.slice(before.signals.length)}`]),
  ];
}

/** Umounts that reached another namespace, or could have: never where a copy is of one peer group with another (docs/docker-facts.md §8). */
export function reachedPeers({ spaces }: Snapshot, { made }: Told): string[] {
  return [...made].flatMap((resource) => {
    const [, inode = '', id] = /^mount mnt:\[(\d+)\] (\d+) /.exec(resource) ?? [];
    const around = spaces.get(inode) ?? [];
    const mount = around.find((other) => other.id === id);
    if (mount === undefined) return [];
    const below = around.find((other) => other.id === mount.parent);
    const elsewhere = [...spaces].filter(([other]) => other !== inode);
    const peer = elsewhere.find(([, mounts]) =>
      mounts.some((other) => {
        const on = mounts.find(({ id }) => id === other.parent);
        const same = below !== undefined && on !== undefined && placeOn(other, on) === placeOn(mount, below);
        return isPeer(other, mount) || (same && isPeer(on, below));
      }),
    );
    return peer ? [`unmounted although mnt:[${peer[0]}] has a peer: ${resource}`] : [];
  });
}

const isPeer = (one: Mount, other: Mount): boolean => {
  const [group] = /shared:\d+/.exec(one.tags) ?? [];
  return group !== undefined && group === /shared:\d+/.exec(other.tags)?.[0];
};

/** Containers that were Dead, are left, and of which a run said nothing. A host that failed has the reason for all. */
export function unexplained(
  program: Program,
  before: Snapshot,
  after: Snapshot,
  events: readonly RunEvent[],
): string[] {
  if (events.some((e) => e.type === 'host.finished' && e.outcome.status === 'failed')) return [];
  const dead = (told: string | undefined) => last(told ?? '', 'State.Dead') === 'true';
  const said = JSON.stringify(
    events.map((e) =>
      e.type === 'step.planned'
        ? [e.notes, e.findings]
        : 'reason' in e
          ? e.reason
          : e.type === 'host.finished'
            ? e.outcome
            : '',
    ),
  );
  return program.containers
    .filter(({ id }) => dead(before.containers.get(id)) && dead(after.containers.get(id)))
    .filter(({ id, name }) => !said.includes(id.slice(0, 12)) && !said.includes(name))
    .map(({ name }) => `${name} is left, and nothing was said of it: ${said}`);
}

/** The certain and the possible changes that were told, and those that were made or refused by the host. */
export interface Told {
  readonly certain: ReadonlySet<string>;
  readonly possible: ReadonlySet<string>;
  readonly made: ReadonlySet<string>;
  /** With the reason. */
  readonly left: ReadonlyMap<string, string>;
}

export function told(events: readonly RunEvent[]): Told {
  const planned = events.flatMap((e) => (e.type === 'step.planned' ? e.changes : []));
  const applying = new Map(
    events.flatMap((e) => (e.type === 'change.applying' ? [[e.seq, e.change.resource] as const] : [])),
  );
  return {
    certain: new Set(planned.filter((c) => c.may !== true).map((c) => c.resource)),
    possible: new Set(planned.map((c) => c.resource)),
    made: new Set(events.flatMap((e) => (e.type === 'change.applied' ? (applying.get(e.seq) ?? []) : []))),
    left: new Map(
      events.flatMap((e) =>
        e.type === 'change.left' || e.type === 'change.drifted' || e.type === 'change.in-doubt'
          ? [[applying.get(e.seq) ?? '', e.reason] as const]
          : [],
      ),
    ),
  };
}

/** Where a run did not do what its dry run had said. That a process keeps a mount busy, only the kernel knows, and only when asked to unmount. */
export function lies(check: Told, run: Told, again: Told): string[] {
  // "no mount point specified": umount(8) of the host takes no path with control characters.
  const busy = [...run.left]
    .filter(([, reason]) => /busy|no mount point specified/.test(reason))
    .map(([resource]) => resource);
  const forBusy = (resource: string) =>
    busy.length > 0 && (busy.includes(resource) || resource.startsWith('container '));
  const notDone = [...check.certain].filter((r) => !run.made.has(r) && !forBusy(r));
  const notSaid = [...run.made].filter((r) => !check.possible.has(r));
  const stillTold = [...again.certain].filter((r) => !run.left.has(r) && !forBusy(r));
  return [
    ...notDone.map((r) => `predicted and not done: ${r}: ${run.left.get(r) ?? 'not even tried'}`),
    ...notSaid.map((r) => `done and not predicted: ${r}`),
    ...stillTold.map((r) => `predicted again: ${r}`),
  ];
}
