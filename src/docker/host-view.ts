import { complete } from '../core/complete.ts';
import { probeScript, type ScriptResult } from '../core/host-script.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { StepError } from '../core/step-type.ts';
import { type Container, type Daemon, parseDaemon } from './daemon.ts';
import { idsOf, type Mounts, parseMounts, type StaleMount, staleMounts } from './stale-mount.ts';

const daemonScript = probeScript('docker/daemon.sh');
const containersScript = probeScript('docker/containers.sh');
const mountsScript = probeScript('docker/mounts.sh');

/** What docker and the kernel say of a host's stuck containers. */
export interface HostView {
  readonly daemon: Daemon;
  readonly mounts: Mounts;
  /** Confirmed Dead by inspect: `docker ps` shows some of them as Removal In Progress (facts/docker.md §0). */
  readonly dead: readonly Container[];
  readonly stale: readonly StaleMount[];
}

/** @throws StepError where the daemon does not answer; SessionError where the host does not. */
export async function lookAtHost(host: ReadOnlySession): Promise<HostView> {
  const daemon = await lookAtDaemon(host);
  const dead = daemon.containers.filter((c) => c.dead);
  const none: Mounts = { placed: [], parents: new Map(), root: [] };
  const mounts = dead.length === 0 ? none : await lookAtMounts(host, daemon, dead);
  return { daemon, mounts, dead, stale: staleMounts(mounts, daemon, dead) };
}

/** What docker and the host say of the daemon and its containers. @throws as lookAtHost */
export async function lookAtDaemon(host: ReadOnlySession): Promise<Daemon> {
  const around = wholeAnswer(await host.probe(daemonScript));
  return parseDaemon(around + wholeAnswer(await host.probe(containersScript)));
}

function wholeAnswer(result: ScriptResult): string {
  if (result.code === 3) {
    throw new StepError('no docker program on this host', {
      todo: 'leave it out of the play: -l all:!HOST',
    });
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
  return complete(result, 'the Docker daemon does not answer', 'systemctl status docker; journalctl -u docker');
}

async function lookAtMounts(host: ReadOnlySession, daemon: Daemon, dead: readonly Container[]): Promise<Mounts> {
  const { dockerd, init } = daemon.namespaces;
  const result = await host.probe(mountsScript, [daemon.root, dockerd ?? init, ...dead.flatMap(idsOf)]);
  return parseMounts(complete(result, "the host's mounts could not be read", 'run as root, or with -b'));
}
