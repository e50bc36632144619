import type { JsonObject } from '../core/json.ts';
import type { Container } from './daemon.ts';
import type { MountEntry } from './mountinfo.ts';
import type { Namespace, PlacedMount, StaleMount } from './stale-mount.ts';

/** A hostile host has any number of mounts and processes; a report has not. */
const MOUNTS = 20;
const PROCESSES = 5;

export const shortId = (id: string): string => id.slice(0, 12);

/** `victim (648fcdd4547a)` */
export const whoText = ({ name, id }: Pick<Container, 'name' | 'id'>): string => `${name} (${shortId(id)})`;

/** `3 copies`, `1 copy`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** `a, b, c and 4 more` */
export function listed(items: readonly string[], shown = 3): string {
  const left = items.length - shown;
  return items.slice(0, shown).join(', ') + (left > 0 ? ` and ${left} more` : '');
}

/** How an umount of it, and one of its original, travels (mount_namespaces(7)). */
export function propagationText({ shared, master }: MountEntry): string {
  const follows = master === undefined ? [] : [`follows peer group ${master}`];
  if (shared !== undefined) return [`in peer group ${shared}`, ...follows].join(', ');
  return follows[0] ?? 'private';
}

export function containerLines({ id, image, finishedAt }: Container): string[] {
  return [
    `container ${id}, image ${image}`,
    ...(finishedAt === undefined ? [] : [`it has not been running since ${finishedAt}`]),
  ];
}

/** Each mount where that namespace has it, and who is in there. */
export const mountLines = (mounts: readonly StaleMount[]): string[] => [
  ...mounts.slice(0, MOUNTS).map(mountLine),
  ...(mounts.length > MOUNTS ? [`and ${mounts.length - MOUNTS} more mounts`] : []),
  ...namespacesOf(mounts).flatMap(processLines),
];

const mountLine = ({ namespace, entry }: PlacedMount): string =>
  `mnt:[${namespace.inode}] has it at ${entry.mountpoint}, ${propagationText(entry)}, device ${entry.device}`;

const namespacesOf = (mounts: readonly StaleMount[]): Namespace[] => [
  ...new Map(mounts.map(({ namespace }) => [namespace.inode, namespace])).values(),
];

export function processLines({ inode, processes, processCount }: Namespace): string[] {
  const shown = processes.slice(0, PROCESSES);
  const left = Math.max(processCount, processes.length) - shown.length;
  return [
    ...shown.map(({ pid, start, command }) => `in mnt:[${inode}]: pid ${pid}, start time ${start}, ${command}`),
    ...(left > 0 && shown.length > 0 ? [`in mnt:[${inode}]: ${left} more processes`] : []),
  ];
}

export const containerData = ({ id, name, image, finishedAt }: Container): JsonObject => ({
  id,
  name,
  image,
  since: finishedAt ?? null,
});

export const mountsData = (mounts: readonly StaleMount[]): JsonObject[] =>
  mounts.slice(0, MOUNTS).map(({ path, namespace, entry }) => ({
    path,
    mountpoint: entry.mountpoint,
    namespace: namespace.inode,
    device: entry.device,
    propagation: propagationText(entry),
    processes: namespace.processes.slice(0, PROCESSES).map(({ pid, start, command }) => ({ pid, start, command })),
  }));
