import type { Finding } from '../core/finding.ts';
import { type Daemon, hasOwnNamespace } from './daemon.ts';
import { type Code, finding } from './finding-catalogue.ts';
import { mountFlagOf } from './mount-flag.ts';

/** docker's own mount namespace: as configured against as running, and what it does not go together with (docs/docker-facts.md §6). */
export function mountFlagsFindings(daemon: Daemon): Finding[] {
  const flag = mountFlagOf(daemon);
  const state: State = { daemon, flag, own: hasOwnNamespace(daemon) };
  return RULES.filter(({ holds }) => holds(state)).map(({ code, message, remedy }) =>
    finding(code, {
      subject: `unit ${daemon.unit.Id ?? 'docker.service'}`,
      message: message(state),
      remedy,
      evidence: evidence(state),
    }),
  );
}

interface State {
  readonly daemon: Daemon;
  /** As dockerd will have it from its next start on. */
  readonly flag: string | undefined;
  /** dockerd runs in a mount namespace of its own. */
  readonly own: boolean;
}

interface Rule {
  readonly code: Code;
  holds(state: State): boolean;
  message(state: State): string;
  readonly remedy: string;
}

const separates = ({ flag, own }: State): boolean => own || flag === 'slave';
const isRunning = ({ own }: State): string =>
  own ? 'dockerd runs in a mount namespace of its own' : 'MountFlags=slave is configured';
const livesOn = ({ liveRestore, liveRestoreIn }: Daemon): boolean => liveRestore || liveRestoreIn.length > 0;

const RULES: readonly Rule[] = [
  {
    code: 'UW304',
    holds: ({ daemon, flag, own }) => flag !== undefined && !own && daemon.namespaces.dockerd !== undefined,
    message: ({ flag }) => `MountFlags=${flag} is configured, but dockerd runs in the host's mount namespace`,
    remedy: 'restart dockerd in a maintenance window, or take the setting out',
  },
  {
    code: 'UW305',
    holds: ({ daemon, flag, own }) => own && flag === undefined && daemon.unit.PrivateMounts !== 'yes',
    message: () => 'dockerd runs in a mount namespace of its own, but its unit does not ask for that',
    remedy: 'systemctl cat docker.service shows what is configured; the next restart of dockerd makes it so',
  },
  {
    code: 'UW306',
    holds: (state) => separates(state) && livesOn(state.daemon),
    message: (state) => `${isRunning(state)}, and live-restore is on: docker exec fails after the next restart`,
    remedy: 'take one of the two out in a maintenance window',
  },
  {
    code: 'UW307',
    holds: (state) => separates(state) && state.daemon.containerd === 'separate',
    message: (state) =>
      `${isRunning(state)}, and containerd is a service of its own: no container ${state.own ? 'starts' : 'will start'}`,
    remedy: 'take MountFlags out of docker.service and restart docker',
  },
  {
    code: 'UW308',
    holds: ({ flag }) => flag === 'private',
    message: () => "MountFlags=private is configured: dockerd keeps the host's mounts busy for ever",
    remedy: 'write MountFlags=slave in its place, where unwedge run mountflags-slave does not refuse that',
  },
  {
    code: 'UW314',
    holds: ({ flag, own }) => own && flag !== undefined,
    message: ({ flag }) => `dockerd runs in a mount namespace of its own (MountFlags=${flag})`,
    remedy: "look at docker's mounts in /proc/PID/mountinfo of dockerd",
  },
];

const evidence = ({ daemon, own }: State): string[] => [
  `dockerd in mnt:[${daemon.namespaces.dockerd ?? 'unknown'}], process 1 in mnt:[${daemon.namespaces.init}]${own ? '' : ', the same'}`,
  ...daemon.mountFlagsIn.map(({ file, value }) => `${file}: MountFlags=${value}`),
  ...daemon.liveRestoreIn.map((file) => `${file} turns live-restore on`),
];
