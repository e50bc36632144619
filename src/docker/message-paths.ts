/** Which paths a message names: what the daemon failed to remove, and what lies in its storage. */
import { ERRNO } from './message-errno.ts';
import { unique } from './message-ids.ts';

export type Driver = 'devicemapper' | 'overlay' | 'overlay2' | 'fuse-overlayfs' | 'aufs' | 'btrfs' | 'zfs' | 'vfs';

const DRIVER = '(devicemapper|overlay2|overlay|fuse-overlayfs|aufs|btrfs|zfs|vfs)';

/** Go's syscall verbs, `remove` before Go 1.12 and `unlinkat` since, and what wraps them (docs/docker-facts.md §1.2). */
const VERB =
  '(?:remove|removing|unlinkat|unlink|rmdir|rename|unmount|umount:?|openat|mount to|mount point|after retries:|busy:)';
const PATH = new RegExp(`(\\b${VERB} {1,2})?(?:"(/[^"]*)"|'(/[^']*)'|(?<=^|[\\s(["'])(/[^\\s"']+))`, 'g');
/** Go writes `VERB PATH: ERRNO`: a path ends where the kernel's words or the next verb begin, whatever blanks and colons it holds. */
const NEXT = `${VERB} {1,2}["'/]`;
const UNTIL_ERRNO = new RegExp(
  `/(?:(?! ${NEXT}).){1,4096}?(?=(?:, flags: \\w+)?(?::| -)? {1,2}${ERRNO}|: ${NEXT})`,
  'iy',
);

const LAYER_DIR = new RegExp(
  `/${DRIVER}(?:/(?:mnt|metadata|diff|layers|subvolumes|graph|dir))?/[0-9a-f]{64}(?![0-9A-Za-z])`,
);
const CONTAINER_DIR = /\/(?:containers|layerdb\/mounts)\/[0-9a-f]{64}(?![0-9A-Za-z])/;
const CONTAINERD_ROOTFS = /\/rootfs\/[a-z-]{1,32}\/[0-9a-f]{64}(?![0-9A-Za-z])/;
const NETNS = /\/docker\/netns\/[0-9a-f]{12}(?![0-9A-Za-z])/;
const API_URL = /^(?:\/v\d+\.\d+)?\/containers\//;

/** A mount below the docker root that belongs to one container or layer, wherever that root is seen. */
export const isContainersMount = (path: string): boolean => LAYER_DIR.test(path) || CONTAINER_DIR.test(path);

const isDockersOwn = (path: string): boolean =>
  isContainersMount(path) || CONTAINERD_ROOTFS.test(path) || NETNS.test(path);

/** In the text's order, each once. */
export function pathsIn(text: string): string[] {
  const paths: string[] = [];
  PATH.lastIndex = 0;
  for (let match = PATH.exec(text); match !== null; match = PATH.exec(text)) {
    const [whole, verb, inDoubleQuotes, inQuotes, bare] = match;
    const quoted = inDoubleQuotes ?? inQuotes;
    const found = quoted === undefined ? barePaths(text, bare ?? '', match.index + whole.length, verb) : [quoted];
    paths.push(...found.filter((path) => verb !== undefined || (isDockersOwn(path) && !API_URL.test(path))));
    // What is a part of this path is no path of its own.
    const end = match.index + whole.length - (bare?.length ?? 0) + found.join(' ').length;
    if (quoted === undefined) PATH.lastIndex = Math.max(PATH.lastIndex, end);
  }
  return unique([...paths, ...btrfsSnapshots(text)]);
}

/** A path that nothing quotes; two behind `rename`. */
function barePaths(text: string, word: string, end: number, verb: string | undefined): string[] {
  UNTIL_ERRNO.lastIndex = end - word.length;
  const whole = verb === undefined ? undefined : UNTIL_ERRNO.exec(text)?.[0];
  if (whole === undefined) return [withoutPunctuation(word)];
  return verb?.startsWith('rename') ? whole.split(/ (?=\/)/) : [whole];
}

function withoutPunctuation(word: string): string {
  let end = word.length;
  while (end > 1 && ':,;)]'.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}

const BTRFS_SNAPSHOT = /^(\/[^"':]{1,512}?) for ([0-9a-f]{64}(?:-init)?)/;

/** btrfs prints the parent directory and the name apart: `Failed to destroy btrfs snapshot <dir> for <mount id>`. */
function btrfsSnapshots(text: string): string[] {
  const behind = text.split('btrfs snapshot ').slice(1);
  return behind.flatMap((words) => {
    const [, parent, name] = BTRFS_SNAPSHOT.exec(words) ?? [];
    return parent === undefined ? [] : [`${parent}/${name}`];
  });
}

/** Words that only one storage driver uses. */
const DRIVER_SIGNS: readonly (readonly [RegExp, Driver])[] = [
  // Capital B: devicemapper's ErrBusy; umount says `device is busy`.
  [
    /device-mapper|devicemapper|devmapper|dm_task_run|Device is Busy|\bdocker-\d{1,9}:\d{1,9}-\d{1,20}-|\bdev_remove:/,
    'devicemapper',
  ],
  [/\baufs: /, 'aufs'],
  [/\bbtrfs snapshot\b/, 'btrfs'],
  [/\bzfs (?:fs )?destroy\b|\bdataset (?:is busy|does not exist)/, 'zfs'],
];

const NAMED_DRIVER = new RegExp(`\\b[Dd]river "?${DRIVER}\\b`);
const DRIVER_DIR = new RegExp(`(?<!\\S)/\\S*/${DRIVER}/(?!\\S)`);

/** Null where neither the words nor a path tell it: a busy `containers/<id>/shm` looks the same under every driver. */
export function driverIn(text: string): Driver | null {
  const named = NAMED_DRIVER.exec(text)?.[1] ?? LAYER_DIR.exec(text)?.[1] ?? DRIVER_DIR.exec(text)?.[1];
  return (named as Driver | undefined) ?? DRIVER_SIGNS.find(([sign]) => sign.test(text))?.[1] ?? null;
}
