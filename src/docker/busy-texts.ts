/** Reasons in which something is in use, in words for operators. */
import type { Reason } from './message-reason.ts';
import { CHECK, DRAIN, FREE_DEVICE, FREE_MOUNT, HOLDER, LOOK, type ReasonText, RUN } from './remedies.ts';

export const busyTexts = {
  'busy-mount': {
    title: 'A mount of the container is still in use, so its files cannot be removed',
    meaning:
      'A copy of the mount lives on in some mount namespace: of a container that binds a host directory, of a service with private mounts, of dockerd, or of the host. The container stays Dead until the last copy is gone.',
    todo: FREE_MOUNT,
  },
  'busy-at-start': {
    title: 'A container cannot start, because its mountpoint is in use elsewhere',
    meaning: 'An earlier mount of the same layer leaked into another mount namespace. The container is not Dead.',
    todo: ['Start it again once.', 'Find the holder: look for the path in /proc/*/mountinfo.', HOLDER, DRAIN],
  },
  'mount-point-left': {
    title: 'An empty mountpoint was left behind; the removal itself went on',
    meaning:
      'A copy of the mount is held elsewhere. docker 18.04 and later only warn about it and remove the container.',
    todo: [
      'Make sure that the container is gone: docker ps -a --no-trunc',
      'If it is still there as Dead, treat it so:',
      CHECK,
    ],
  },
  'listed-mount': {
    title: 'A mount of a container is listed here',
    meaning:
      'A listed mount is no proof of a leak: every running container has one. It is a leak if its container is Dead or gone.',
    todo: [LOOK, 'If it does:', CHECK, RUN],
  },
  'busy-device': {
    title: 'The device of the container is still open, so it cannot be deleted',
    meaning:
      'Some mount namespace still has the device mounted. The message gives no path; the mount lies at devicemapper/mnt/ID below the docker root.',
    todo: FREE_DEVICE,
  },
  'thin-device-open': {
    title: 'The kernel refused to delete a thin device that is still open',
    meaning:
      'Docker tried to delete the device of a removed or Dead container while a mount namespace still holds it. With deferred deletion this comes back every 30 seconds.',
    todo: [LOOK, CHECK, RUN, HOLDER, DRAIN],
  },
  'dataset-busy': {
    title: 'The ZFS dataset of the container is still in use, so it cannot be destroyed',
    meaning:
      'Some mount namespace still has the dataset mounted. The message gives no path; the mount lies at zfs/graph/ID below the docker root.',
    todo: FREE_DEVICE,
  },
} as const satisfies Partial<Record<Reason, ReasonText>>;
