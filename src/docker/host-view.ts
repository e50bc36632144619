import { complete } from '../core/complete.ts';
import { probeScript, type ScriptResult } from '../core/host-script.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { StepError } from '../core/step-type.ts';
import { type Container, type Daemon, parseDaemon } from './daemon.ts';
import type { Namespace } from './mount-namespace.ts';
import { classifyMessage } from './removal-error.ts';
import { idsOf, type Mounts, parseMounts, type StaleMount, staleMounts } from './stale-mount.ts';
import { parseUses, type Use, wordsOf } from './users.ts';

const daemonScript = probeScript('docker/daemon.sh');
const containersScript = probeScript('docker/containers.sh');
const mountsScript = probeScript('docker/mounts.sh');
export const usersScript = probeScript('docker/users.sh');

/** What docker and the kernel say of a host's stuck containers. */
export interface HostView {
  readonly daemon: Daemon;
  readonly mounts: Mounts;
  /** Confirmed Dead by inspect: `docker ps` shows some of them as Removal In Progress (docs/docker-facts.md §0). */
  readonly dead: readonly Container[];
  readonly stale: readonly StaleMount[];
  /** Who uses files that would be deleted along with a Dead container. */
  readonly uses: readonly Use[];
}

export const noMounts: Mounts = {
  placed: [],
  parents: new Map(),
  root: [],
  copies: [],
  namespaceFiles: [],
  unreadable: [],
};

/** @throws StepError where the daemon does not answer; SessionError where the host does not. */
export async function lookAtHost(host: ReadOnlySession): Promise<HostView> {
  const daemon = await lookAtDaemon(host);
  return daemon.containers.some((c) => c.dead) ? lookWithMounts(host, daemon) : viewOf(daemon, noMounts, []);
}

/** The view with all mounts of docker's, also where nothing is stuck. @throws as lookAtHost */
export async function lookWithMounts(host: ReadOnlySession, daemon: Daemon): Promise<HostView> {
  const mounts = await lookAtMounts(host, daemon, 'processes');
  const view = viewOf(daemon, mounts, await lookForUses(host, daemon));
  if (!view.dead.some((container) => isUnexplained(container, view))) return view;
  // A thread may have a mount namespace of its own; there are many more of them than processes (docs/docker-facts.md §5).
  return viewOf(daemon, withThreads(await lookAtMounts(host, daemon, 'threads'), view.mounts), view.uses);
}

/** What is in no process' namespace is in one of threads only. */
function withThreads(mounts: Mounts, ofProcesses: Mounts): Mounts {
  const known = new Set([...ofProcesses.copies, ...ofProcesses.placed].map(({ namespace }) => namespace.inode));
  const marked = <T extends { readonly namespace: Namespace }>(one: T): T =>
    known.has(one.namespace.inode) ? one : { ...one, namespace: { ...one.namespace, ofThreads: true } };
  return { ...mounts, placed: mounts.placed.map(marked), copies: mounts.copies.map(marked) };
}

export function viewOf(daemon: Daemon, mounts: Mounts, uses: readonly Use[]): HostView {
  const dead = daemon.containers.filter((c) => c.dead);
  return { daemon, mounts, dead, stale: staleMounts(mounts, daemon, dead), uses };
}

/** Dead, by docker's words because something is busy (up to 17.10 it keeps no words), and no mount of it is seen. */
export const isUnexplained = (container: Container, { stale }: HostView): boolean =>
  container.status === 'dead' &&
  (container.error === '' || classifyMessage(container.error).cause !== 'other') &&
  !stale.some((mount) => mount.container.id === container.id);

/** What docker and the host say of the daemon and its containers. @throws as lookAtHost */
export async function lookAtDaemon(host: ReadOnlySession): Promise<Daemon> {
  const around = wholeAnswer(await host.probe(daemonScript), DOWN, host);
  // Of systemd there is a record of docker's unit at least.
  const todo = /^unit\t/m.test(around) ? DOWN : DOWN_WITHOUT_SYSTEMD;
  return parseDaemon(around + wholeAnswer(await host.probe(containersScript), todo, host));
}

const DOWN = 'systemctl status docker; journalctl -u docker';
const DOWN_WITHOUT_SYSTEMD =
  'this host does not run systemd: service docker status; what dockerd says is in /var/log/docker.log or in syslog';

const leaveOut = (host: string): string => `leave it out of the play: -l 'all:!${host}'`;

function wholeAnswer(result: ScriptResult, todo: string, { host }: ReadOnlySession): string {
  if (result.code === 3) {
    throw new StepError('no docker program on this host', {
      todo: leaveOut(host),
    });
  }
  if (result.code === 5) {
    throw new StepError(
      'the docker program on this host is podman: there is no Docker daemon whose containers could be stuck',
      {
        todo: leaveOut(host),
      },
    );
  }
  if (result.code === 6) {
    throw new StepError(`only root can look into every mount namespace: ${result.stderr.trim()}`, {
      todo: 'log in as root, or add -b (sudo)',
    });
  }
  if (result.code === 124) {
    throw new StepError('the Docker daemon hangs: docker info or docker inspect did not return', {
      todo: 'look at it on the host: journalctl -u docker; a hung daemon needs a restart in a maintenance window',
    });
  }
  return complete(result, 'the Docker daemon does not answer', todo);
}

async function lookAtMounts(host: ReadOnlySession, daemon: Daemon, whose: 'processes' | 'threads'): Promise<Mounts> {
  const { dockerd, init } = daemon.namespaces;
  const ids = daemon.containers.filter((c) => c.dead).flatMap(idsOf);
  const result = await host.probe(mountsScript, [whose, daemon.root, dockerd ?? init, ...ids]);
  return parseMounts(complete(result, "the host's mounts could not be read", 'run as root, or with -b'));
}

/** Open files of all processes are looked through only where docker might be asked to remove something. */
async function lookForUses(host: ReadOnlySession, daemon: Daemon): Promise<Use[]> {
  const dead = daemon.containers.filter((c) => c.dead && c.status === 'dead');
  if (dead.length === 0) return [];
  const result = await host.probe(usersScript, [
    daemon.root,
    ...dead.flatMap((container) => wordsOf(container, daemon)),
  ]);
  return parseUses(complete(result, 'who uses the files of Dead containers is not known', 'run as root, or with -b'));
}
