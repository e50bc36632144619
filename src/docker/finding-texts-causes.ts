/** Findings about causes that wait: nothing is stuck by them yet. And about what a host excludes. */
import type { FindingText } from './finding-text.ts';
import { LEAVE } from './remedies.ts';

const SLAVE = 'mountflags-slave';

export const causeTexts = {
  UW301: {
    severity: 'warning',
    title:
      "A running container binds a directory that holds other containers' mounts, and its copies do not follow the host",
    meaning:
      'A bind of /, of the docker root, of /var/lib/kubelet or of a directory above them brings copies of all mounts below it, as they are when the container starts. Without slave propagation a copy stays when docker unmounts its own: from then on the container that it belongs to cannot be removed.',
    todo: [
      'Mount that bind with rslave (Kubernetes: mountPropagation: HostToContainer), e.g. -v /:/rootfs:ro,rslave',
      'Start the container anew, with that; a restart alone takes fresh copies.',
    ],
    sources: ['google/cadvisor#771', 'prometheus-operator#2578', 'moby#36055'],
  },
  UW302: {
    severity: 'warning',
    title: "A service with private mounts holds copies of running containers' mounts",
    meaning:
      'The service was started while these containers ran, and its copies do not follow the host. When one of the containers is removed it will be stuck, on the kernels and storage drivers that mind.',
    todo: [
      'Restart the service before such a container is to go: systemctl restart UNIT',
      'Where the unit sets MountFlags=private: take it out, or write slave.',
      `Where docker.service may have it: ${SLAVE} keeps docker's mounts from services that start later.`,
    ],
    sources: ['moby#27381', 'systemd#3604', 'systemd.exec(5)'],
  },
  UW303: {
    severity: 'warning',
    title: "A program outside of any service holds copies of running containers' mounts",
    meaning:
      'It runs in a mount namespace of its own: a shell in unshare, a cron job, another container runtime, a thread, a shim of a time when dockerd had another namespace. Its copies do not follow the host; a container that is removed while they are there may be stuck.',
    todo: [
      'Have its owner end or restart it before such a container is to go; unwedge ends no process.',
      'Start it in a namespace that follows the host: unshare --mount --propagation slave',
    ],
    sources: ['unshare(1)', 'mount_namespaces(7)'],
  },
  UW304: {
    severity: 'warning',
    title: 'MountFlags is configured for docker, and dockerd does not run with it',
    meaning:
      'The unit was changed and the daemon not started since. The next restart, planned or not, changes how it runs.',
    todo: [
      `See what the restart would do: unwedge run ${SLAVE} -i INVENTORY --check`,
      'Restart dockerd in a maintenance window, or take the setting out.',
    ],
    sources: ['systemd.exec(5), MountFlags=', 'systemd#10086'],
  },
  UW305: {
    severity: 'warning',
    title: 'dockerd runs in a mount namespace of its own, and its unit does not ask for that any more',
    meaning:
      'The unit was changed and the daemon not started since, or somebody started it so by hand. The next restart changes how it runs.',
    todo: [
      'See what systemd knows: systemctl cat docker.service',
      'Restart dockerd in a maintenance window, or put the setting back.',
    ],
    sources: ['systemd.exec(5), MountFlags='],
  },
  UW306: {
    severity: 'warning',
    title: 'MountFlags=slave together with live-restore: docker exec fails after the next restart of dockerd',
    meaning:
      'Every start gives dockerd a new mount namespace, and the files of containers that survive are mounted only in the old one. They run on, but docker exec into them fails until they are started anew.',
    todo: [
      'Take one of the two out, in a maintenance window: MountFlags of docker.service, or live-restore in /etc/docker/daemon.json',
    ],
    sources: ['moby#35873', 'https://access.redhat.com/articles/2938171'],
  },
  UW307: {
    severity: 'critical',
    title: 'MountFlags=slave with a containerd.service of its own: no container can start',
    meaning:
      "containerd is not in dockerd's mount namespace and does not see the root filesystems that are mounted there. Where dockerd already runs so every start fails with `executable file not found in $PATH`; else from its next restart on.",
    todo: ['Take MountFlags out of docker.service (systemctl cat docker.service shows where), then restart docker.'],
    sources: ['moby 1493ae2092', 'moby#22806'],
  },
  UW308: {
    severity: 'warning',
    title: 'MountFlags=private for docker pins the mounts of the host',
    meaning:
      'dockerd gets copies of all mounts of the host that follow nothing: what the host unmounts later stays busy in there for ever.',
    todo: [`Write slave in its place, where the host allows it: unwedge run ${SLAVE} -i INVENTORY --check`],
    sources: ['systemd#4727'],
  },
  UW309: {
    severity: 'warning',
    title: 'fs.may_detach_mounts is off: a mount in any namespace blocks a removal',
    meaning:
      'RHEL and CentOS 7.4 and later can detach leaked copies by themselves when docker removes the directory, and this switch turns it on. It needs no restart. Open devices (devicemapper, zfs) it does not help.',
    todo: ['Turn it on, now and at boot: unwedge run detach-mounts -i INVENTORY --check, then without it'],
    sources: ['moby#34538', 'bugzilla.redhat.com 1441737', 'Linux 3.18 (8ed936b5671b)'],
  },
  UW310: {
    severity: 'warning',
    title: 'This kernel lets a mount in any namespace block a removal, and has no switch for it',
    meaning:
      'Kernels before 3.18 refuse to remove a directory that is a mountpoint in whatever namespace; RHEL and CentOS before 7.4 have no fs.may_detach_mounts either. Only unmounting the copies or restarting their holders helps.',
    todo: ['Update the kernel (RHEL and CentOS: 7.4 or later) when the host can be drained.'],
    sources: ['Linux 3.18 (8ed936b5671b)', 'bugzilla.redhat.com 1247935'],
  },
  UW311: {
    severity: 'warning',
    title: 'This docker forgets containers whose forced removal fails',
    meaning:
      'Before 17.06 a docker rm -f that fails still drops the container from the list: its files and its layer stay, and nothing shows them any more.',
    todo: [
      'Never use docker rm -f on this host, and see that no script does.',
      'Update docker when the host can be drained.',
    ],
    sources: ['moby 54dcbab25e', 'moby#22734'],
  },
  UW312: {
    severity: 'info',
    title: 'live-restore is on',
    meaning:
      'Containers survive a restart of dockerd. It excludes MountFlags=slave: docker exec into the survivors would fail.',
    todo: [LEAVE, `Leave MountFlags as it is on this host; ${SLAVE} refuses it.`],
    sources: ['moby#35873'],
  },
  UW313: {
    severity: 'info',
    title: 'This is a Kubernetes node',
    meaning:
      'The kubelet mounts volumes that must reach the containers, so MountFlags=slave is excluded; and a restart of dockerd or of the host wants a drained node.',
    todo: ['Drain the node before anything that restarts docker or the host: kubectl drain NODE'],
    sources: ['kubernetes#4869'],
  },
  UW314: {
    severity: 'info',
    title: "dockerd runs in a mount namespace of its own, not in the host's",
    meaning:
      "What the host's mount table shows is not what docker has mounted. Copies can be left on either side; unwedge looks at both.",
    todo: ["Look at docker's mounts in /proc/$(pidof dockerd)/mountinfo, not in that of a shell."],
    sources: ['mount_namespaces(7)'],
  },
  UW315: {
    severity: 'info',
    title: 'containerd is a service of its own',
    meaning:
      'So it is with docker 18.09 and later. It excludes MountFlags=slave: containerd would not see what dockerd mounts in a namespace of its own.',
    todo: [`Leave MountFlags as it is on this host; ${SLAVE} refuses it.`],
    sources: ['moby 1493ae2092'],
  },
} as const satisfies Record<string, FindingText>;
