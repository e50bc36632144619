import { complete } from '../../core/complete.ts';
import { probeScript } from '../../core/host-script.ts';
import { recordsByKind } from '../../core/records.ts';
import type { ReadOnlySession } from '../../core/session.ts';
import { StepError } from '../../core/step-type.ts';
import { type HostView, lookAtHost } from '../../docker/host-view.ts';

export interface RunningContainer {
  readonly id: string;
  /** `no`, `always`, `unless-stopped`, `on-failure`. */
  readonly policy: string;
  readonly name: string;
}

export interface Facts {
  readonly view: HostView;
  /** The kernel's id of this boot. */
  readonly boot: string;
  readonly running: readonly RunningContainer[];
  /** Ids of Dead containers that docker will not know after its next start (docs/docker-facts.md §0). */
  readonly forgotten: readonly string[];
  /** Who is at work on the host: `root on pts/0`. */
  readonly logins: readonly string[];
  /** Rows of `systemd-inhibit --list`: systemd refuses to reboot as long as there is one. */
  readonly blocked: readonly string[];
  /** docker is started at boot. */
  readonly enabled: boolean;
}

const probe = probeScript('steps/reboot/probe.sh');

export async function readFacts(host: ReadOnlySession): Promise<Facts> {
  const view = await lookAtHost(host);
  const { unit, root } = view.daemon;
  const result = await host.probe(probe, [unit.Id ?? 'docker.service', root, ...view.dead.map(({ id }) => id)]);
  const hasSystemd = Object.keys(unit).length > 0;
  const todo = hasSystemd
    ? 'look at it on the host: docker ps; systemctl status'
    : 'this step needs systemd: reboot the host by hand, or leave it out of the play';
  const rows = recordsByKind(complete(result, 'what a reboot would stop is not told', todo));
  const boot = rows('boot')[0]?.[0];
  if (!boot)
    throw new StepError('the kernel tells no id of its boot, so a reboot could not be told from none', { todo });
  return {
    view,
    boot,
    running: rows('running').map(([id = '', policy = '', name = '']) => ({
      id,
      policy: policy || 'no',
      name: name.replace(/^\//, ''),
    })),
    forgotten: rows('forgotten').map(([id = '']) => id),
    logins: rows('login').map(([user, terminal]) => `${user} on ${terminal}`),
    blocked: rows('blocked').map(([row = '']) => row),
    enabled: rows('enabled').length > 0,
  };
}
