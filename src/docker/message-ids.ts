/**
 * Which ids a message names. A container, a mount, a layer and a device all have 64 hex digits: what an id is, is told
 * by the words before it, never by its shape (docs/docker-facts.md §1, §3).
 */

import { sentencesIn } from './message-generation.ts';

const ID = '(?:[0-9a-f]{64}|[0-9a-f]{12})';
/** Not a part of a longer word: `<12 hex>_web_1` is a name. */
const END = '(?:-init)?(?![\\w-]|\\.\\w)';
/** A container's name, or whatever else was typed after `docker rm`; docker prints some names with a slash. */
const TYPED = '\\/?[A-Za-z0-9](?:[\\w.-]*\\w)?';
const LAYER = '[0-9a-f]{64}(?:-init)?';

const CONTAINER = new RegExp(
  [
    `[Cc]ontainer(?:_?[iI][dD])?[\\s"'(=:/]{1,4}(${ID})${END}`,
    `\\b[Ee][Rr][Rr][Oo][Rr]: for (${ID})${END}`,
    `/(?:containers|layerdb/mounts|moby)/(${ID})${END}`,
    // The containerd image store mounts at <root>/rootfs/<snapshotter>/<container id> (§1.2).
    `/rootfs/(?:overlayfs|fuse-overlayfs|native|btrfs|zfs|devmapper|stargz|nydus)/(${ID})${END}`,
    `/sys/fs/cgroup/[^\\s"']{0,200}?docker[-/](${ID})${END}`,
    `(?<![0-9A-Za-z])(${ID})(?= cleanup: )`,
  ].join('|'),
  'dg',
);

const NAMED = new RegExp(
  [
    `[Rr]emoval of container (${TYPED}) is already`,
    `[Nn]o such (?:container|object|id): (${TYPED})`,
    `annot (?:destroy|remove|start|restart|stop|kill|pause|unpause|rename) container ["']?(${TYPED})`,
    `remove a (?:running|paused|restarting) container (${TYPED})`,
    `[Cc]ontainer (${TYPED}) is (?:not running|paused|restarting)`,
    `container name "?(${TYPED})`,
    `ailed to remove container ["'(](${TYPED})`,
    `\\b[Ee][Rr][Rr][Oo][Rr]: for (${TYPED})`,
    `/containers/(${TYPED})(?:\\?[^\\s"]{0,256})? returned error`,
  ].join('|'),
  'g',
);

/** `Error: failed to remove containers: [web db]`, docker 1.8 and 1.9. */
const TYPED_LIST = /failed to remove containers: \[([^\][]{1,1024})\]/g;

const MOUNT = new RegExp(
  [
    // devicemapper/mnt/M, overlay2/M, aufs/diff/M, btrfs/subvolumes/M, zfs/graph/M, vfs/dir/M
    `/(?:overlay2?|fuse-overlayfs|(?:devicemapper|aufs|btrfs|zfs|vfs)/(?:mnt|metadata|diff|layers|subvolumes|graph|dir))/(${LAYER})(?![0-9A-Za-z])`,
    `mountpoint for id (${LAYER})`,
    `subvolumes for (${LAYER})`,
    `unmount (${LAYER}) `,
  ].join('|'),
  'g',
);

/** The layer is the last part of a dataset's name: `zfs destroy -r rpool/docker/<mount id>`. */
const DATASET = /\bdestroy (?:-\w{1,8} ){0,4}([^\s"']{1,1024})|\b(?:destroy|open|dataset) '([^\s"']{1,1024})'/g;

/** devicemapper names the thin device after the layer: `docker-<major>:<minor>-<inode>-<mount id>` (§3). */
const DEVICE = new RegExp(`(?:\\bdevice "?|\\bdocker-\\d{1,9}:\\d{1,9}-\\d{1,20}-)(${LAYER})(?![0-9A-Za-z])`, 'g');

const ONLY_ID = new RegExp(`^${ID}$`);
const ONLY_LAYER = new RegExp(`^${LAYER}$`);

const isId = (word: string): boolean => ONLY_ID.test(word);

/** Full ids, or 12 digits where the text has no more; in the text's order. */
export function containersIn(text: string): string[] {
  const told = sentencesIn(text).flatMap(({ id, at }) => (id === undefined ? [] : [{ id, at }]));
  const found = unique([
    ...[...told, ...placed(text, CONTAINER)].sort((a, b) => a.at - b.at).map(({ id }) => id),
    ...typedLists(text).filter(isId),
  ]);
  return withoutShortForms(found);
}

/** A container told by its full id is not told again by the first digits of it. */
export function withoutShortForms(ids: readonly string[]): string[] {
  const shortForms = new Set(ids.filter((id) => id.length === 64).map((id) => id.slice(0, 12)));
  return ids.filter((id) => !shortForms.has(id));
}

/** Containers named as the user typed them, where that is no id. */
export function namesIn(text: string): string[] {
  return unique([...captures(text, NAMED), ...typedLists(text)]).filter((word) => !isId(word.replace(/^\//, '')));
}

/** Layers as the storage driver names them; an init layer keeps its `-init`. */
export function mountIdsIn(text: string): string[] {
  const datasets = captures(text, DATASET).map((name) => name.replace(/^.*\//, '').replace(/@.*/, ''));
  return unique([...captures(text, MOUNT), ...datasets.filter((id) => ONLY_LAYER.test(id))]);
}

export const deviceIdsIn = (text: string): string[] => unique(captures(text, DEVICE));

export const thinDeviceIdsIn = (text: string): number[] =>
  unique(captures(text, /\bthin device (\d{1,10})\b/g).map(Number));

export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function typedLists(text: string): string[] {
  return captures(text, TYPED_LIST).flatMap((list) => list.split(' ').filter((word) => word !== ''));
}

/** As captures, with where each stands. */
const placed = (text: string, pattern: RegExp): { id: string; at: number }[] =>
  Array.from(text.matchAll(pattern)).flatMap((match) => {
    const group = match.findIndex((part, i) => i > 0 && part !== undefined);
    const [id, at] = [match[group], match.indices?.[group]?.[0]];
    return id === undefined || at === undefined ? [] : [{ id, at }];
  });

/** What the one group of each match that took part holds, in the text's order. */
function captures(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), (match) => match.slice(1).find((group) => group !== undefined)).filter(
    (group) => group !== undefined,
  );
}
