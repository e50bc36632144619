/** Reasons that lie in the storage and are no leaked mount, in words for operators. */
import type { Reason } from './message-reason.ts';
import { LEAVE, LOOK, RETRY, type ReasonText } from './remedies.ts';

export const storageTexts = {
  'not-permitted': {
    title: 'A file of the container may not be removed; this is no leaked mount',
    meaning: 'Usually an immutable file (chattr +i) or, with btrfs, a subvolume that the daemon may not delete.',
    todo: [
      LEAVE,
      'Look at the attributes of the path: lsattr -d PATH',
      'Take the attribute away if it is not wanted, then remove the container again.',
    ],
  },
  'not-empty': {
    title: 'A directory of the container is not empty; this is no leaked mount',
    meaning: 'Something wrote into it during the removal, or it holds a swap file or a nested subvolume.',
    todo: [LEAVE, RETRY, 'If it stays: see what is in the directory and who writes there.'],
  },
  'io-error': {
    title: 'The disk or filesystem gave an input/output error',
    meaning: 'The storage below the docker root is damaged or failing. No unmounting helps.',
    todo: [
      LEAVE,
      'Look at the kernel log and the state of the disk.',
      'Move the containers of this host elsewhere and check the filesystem.',
    ],
  },
  'permission-denied': {
    title: 'The daemon was denied permission',
    meaning: 'Usually SELinux, AppArmor, a rootless daemon, or a network filesystem below the docker root.',
    todo: [LEAVE, 'Look for denials in the audit log.', 'Mend the rule or the owner, then remove the container again.'],
  },
  'read-only': {
    title: 'The filesystem of the docker root is read-only',
    meaning: 'It was mounted so, or the kernel made it read-only after an error.',
    todo: [
      LEAVE,
      'Look at the kernel log for errors of that filesystem.',
      'Mend it and mount it writable, then remove the container again.',
    ],
  },
  'no-space': {
    title: 'The disk or quota is full',
    meaning: 'Even a removal writes a little.',
    todo: [LEAVE, 'Make room on the filesystem of the docker root, then remove the container again.'],
  },
  'no-such-file': {
    title: 'A file that docker looked for is not there; this is no leaked mount',
    meaning: 'Often a second removal at the same time, or a harmless notice at clean-up.',
    todo: [LEAVE, 'See whether the container is still there: docker ps -a --no-trunc', RETRY],
  },
  'dataset-missing': {
    title: 'The ZFS dataset is already gone; nothing is busy',
    meaning: 'An earlier removal destroyed it and did not finish. Newer versions of docker take this as success.',
    todo: [LEAVE, RETRY, 'If it stays Dead: update docker when the host can be drained.'],
  },
  'device-not-deleted': {
    title: 'devicemapper could not delete the device, for a reason of its own',
    meaning: 'The message does not say that the device is in use: the pool may be full, read-only or out of step.',
    todo: [LEAVE, 'Look at the kernel log and at the pool: dmsetup status', RETRY],
  },
  'layer-not-retained': {
    title: 'The daemon lost count of who uses a layer',
    meaning: 'A fault of docker 1.10.0, mended later. No mount is held.',
    todo: [LEAVE, 'Restart the daemon in a maintenance window, then remove the container again.', 'Update docker.'],
  },
  'layer-in-use-twice': {
    title: 'The kernel saw two overlay mounts with the same upper directory',
    meaning: 'An older mount of the same container is probably still alive in another mount namespace.',
    todo: [LOOK, 'Find the older mount: look for the upper directory in /proc/*/mountinfo.'],
  },
  'busy-cgroup': {
    title: 'A control group is still in use; this is no leaked mount',
    meaning: 'A process of the container still runs, often one that waits for a dead disk or network share.',
    todo: [LEAVE, 'See which processes are left: the cgroup.procs file in the directory that is named.', RETRY],
  },
} as const satisfies Partial<Record<Reason, ReasonText>>;
