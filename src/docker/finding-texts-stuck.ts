/** Findings about containers that are stuck on a mount, by who holds it. */

import type { FindingText } from './finding-text.ts';
import { CHECK, DRAIN, LEAVE, RETRY, RUN } from './remedies.ts';

const RESTART =
  'unwedge run restart-holders -i INVENTORY --check tells what a restart would stop; without --check it does it.';

export const stuckTexts = {
  UW001: {
    severity: 'critical',
    title: 'A container is stuck: another container holds its mount',
    meaning:
      'When that container was started, one of its binds (of /, of the docker root, of a directory above it) brought copies of all mounts below it. With private propagation such a copy stays when docker unmounts its own, and the stuck container cannot be removed while it is there. The path in the message of docker is not the path inside the holder.',
    todo: [
      CHECK,
      RUN,
      'Still stuck: restart the holder, which drops every copy it has.',
      RESTART,
      'So that it does not come back: mount that bind with rslave, e.g. -v /:/rootfs:ro,rslave',
    ],
    sources: ['moby#36055 (rslave is the default since 18.03)', 'google/cadvisor#771', 'mount_namespaces(7)'],
  },
  UW002: {
    severity: 'critical',
    title: 'A container is stuck: a service holds its mount',
    meaning:
      'A service with PrivateTmp, ProtectSystem, MountFlags=private and the like gets a mount namespace of its own at its start: a copy of all mounts of that moment, those of running containers included. Where the copy does not follow the host, it stays until the service ends or starts anew.',
    todo: [
      CHECK,
      RUN,
      'Still stuck: restart the service. That releases all that it pins, and is the supported way.',
      RESTART,
    ],
    sources: ['moby#27381', 'systemd#3604', 'systemd.exec(5), MountFlags= and PrivateMounts='],
  },
  UW003: {
    severity: 'critical',
    title: 'A container is stuck: the shim of a container holds its mount',
    meaning:
      'dockerd ran in a mount namespace of its own before it was restarted; the shims of containers that survived (live-restore) are still in the old one, with the mounts of that time. The shim ends with its container.',
    todo: [CHECK, RUN, 'Still stuck: restart the container of that shim when its users can bear it.', DRAIN],
    sources: ['moby#35873', 'https://access.redhat.com/articles/2938171'],
  },
  UW004: {
    severity: 'critical',
    title: "A container is stuck: its mount is still there in dockerd's own namespace",
    meaning:
      'docker did not unmount it, or something mounted it again. dockerd cannot remove a mountpoint that it has itself, on any kernel.',
    todo: [CHECK, RUN, DRAIN],
    sources: ['Linux 3.18 (8ed936b5671b)', 'rmdir(2), EBUSY'],
  },
  UW005: {
    severity: 'critical',
    title: "A container is stuck: its mount is left in the host's namespace",
    meaning:
      "dockerd runs in a mount namespace of its own, and a copy stayed in the host's. Every service that starts later copies it again.",
    todo: [CHECK, RUN, DRAIN],
    sources: ['moby#34542', 'mount_namespaces(7)'],
  },
  UW006: {
    severity: 'critical',
    title: 'A container is stuck: a program that the host lives by holds its mount',
    meaning:
      'It is a node agent (kubelet, k3s, nomad …), containerd, sshd, systemd, dbus, a storage daemon or the like. unwedge never restarts such a program: that may take down far more than one stuck container. Nor does it enter the mount namespace of node agents, container runtimes, storage daemons, sshd and systemd; the finding says so. In other namespaces a run unmounts the stale copy, and nothing else.',
    todo: [
      CHECK,
      'Restart that program in a maintenance window, by its own rules (a kubelet: drain the node first).',
      'Then remove the container again: unwedge run free-dead-containers -i INVENTORY',
      DRAIN,
    ],
    sources: ['moby#27381'],
  },
  UW007: {
    severity: 'critical',
    title: 'A container is stuck: a process holds its mount',
    meaning:
      'A program that belongs to no container and no service (a shell in unshare, a cron job, another container runtime, a chroot of a login) runs in a mount namespace with a copy.',
    todo: [CHECK, RUN, 'Still stuck: have its owner end or restart that program; unwedge ends no process.', DRAIN],
    sources: ['unshare(1)', 'mount_namespaces(7)'],
  },
  UW008: {
    severity: 'critical',
    title: 'A container is stuck: a namespace without a process holds its mount',
    meaning:
      'A mount namespace lives on without any process while its file is bind-mounted somewhere or a process keeps it open. Nothing can be asked to let go by a restart of "its" program, for there is none.',
    todo: [
      'A bind of the namespace: unmount that bind, if whoever made it (ip netns, a runtime, a sandbox) has no more use for it.',
      'An open descriptor: restart the program that keeps it open.',
      DRAIN,
    ],
    sources: ['namespaces(7), "The /proc/[pid]/ns/ directory"'],
  },
  UW009: {
    severity: 'critical',
    title: 'A container is stuck: a thread in a mount namespace of its own holds its mount',
    meaning:
      'One thread of a process has left the mount namespace of the others. Looking at /proc/PID alone does not show it; /proc/PID/task/TID does.',
    todo: ['Restart the program that the thread belongs to.', DRAIN],
    sources: ['unshare(2)', 'proc(5), /proc/[pid]/task'],
  },
  UW010: {
    severity: 'critical',
    title: 'A container is stuck, and nothing that can be seen holds it: remove it again',
    meaning:
      'No mount of it is left in any mount namespace that can be read. Most often the holder went away since: docker does not try again by itself, not even when it is restarted. Do not restart docker first: a container whose record is half deleted is then lost from its list, and its files stay.',
    todo: [
      RETRY,
      'unwedge run free-dead-containers -i INVENTORY does it for all such containers.',
      'Busy again: something holds it that cannot be seen from here, such as an open descriptor of a namespace; then:',
      DRAIN,
    ],
    sources: ['daemon/daemon.go of moby v20.10.27 (Dead containers are left as they are)', 'docker/cli#502'],
  },
  UW011: {
    severity: 'critical',
    title: 'A container is stuck: its device or dataset is still open, and no mount of it is seen',
    meaning:
      'devicemapper and zfs refuse to delete what is open, on every kernel; their message names no path. A copy of the mount, or an open file in one that was unmounted lazily, keeps it open. fs.may_detach_mounts does nothing about it.',
    todo: [
      RETRY,
      'See how many hold the device open: dmsetup info -c (column Open), or zfs get mounted DATASET',
      'Look for programs whose open files lie on it: lsof +f -- DEVICE',
      DRAIN,
    ],
    sources: ['moby#34542', 'moby#34463'],
  },
  UW012: {
    severity: 'info',
    title: 'A container is being removed at this moment',
    meaning:
      'docker tries for 5 seconds for each path and 20 for each device before it gives up. Until then nothing is stuck, and a second removal is refused.',
    todo: [LEAVE, 'Look again in a minute: unwedge run audit -i INVENTORY'],
    sources: ['pkg/system/rm.go of moby (EnsureRemoveAll)'],
  },
  UW013: {
    severity: 'critical',
    title: 'A container is stuck, and others use its files: it is not removed',
    meaning:
      "docker rm deletes the container's layer and directory on the disk. Somebody has a part of them mounted elsewhere, has a file open there, works there, or has them below another overlay or a loop device: they would lose their data. A copy of docker's own mounts is no such use, nor is a program that only reads the log.",
    todo: [
      'Ask whoever uses it: the finding names container, unit or process, and what it has there.',
      'Copy what is needed to another place, then unmount it or end the program.',
      'unwedge run free-dead-containers -i INVENTORY removes the container then.',
    ],
    sources: ['mount_namespaces(7)', 'proc(5): /proc/[pid]/mountinfo, cwd, root, exe, fd'],
  },
} as const satisfies Record<string, FindingText>;
