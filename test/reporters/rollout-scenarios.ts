import type { RunEvent, RunMode } from '../../src/core/event.ts';
import type { Bounds } from '../../src/core/rollout.ts';
import { hosts, Script, unmount } from './scenarios.ts';

const play = 'Free Dead containers';

/** All that a rollout can be told. */
export const careful: Bounds = {
  ...{ forks: 25, maxFailures: 15, onFailure: 'rollback_batch', soak: 300 },
  health: ['Look at the containers', 'Nothing is stuck', 'The load balancer answers'],
  spread: { by: 'rack', most: 2 },
  maxContainersStopped: 40,
  window: { start: 22 * 60, end: 4 * 60, zone: 'Europe/Berlin', days: [5, 6] },
  confirm: 'canary',
};

/** A plan, and nothing that follows it. */
export const planned = (n: number, batches: readonly (readonly string[])[], bounds: Bounds): Script =>
  new Script().started('run', hosts(n)).add({ type: 'rollout.planned', play, batches, bounds });

/** A canary that is well, a second one that is not after the soak; one host of it was ill before. The rest is left out. */
export function stopped(mode: RunMode = 'run'): RunEvent[] {
  const all = hosts(300);
  const batches = [all.slice(0, 1), all.slice(1, 31), all.slice(31)];
  const script = new Script().started(mode, all).add({ type: 'rollout.planned', play, batches, bounds: careful });
  script
    .play(all, 3)
    .batch(0, 3, ['web-1'])
    .add(health(0, 'before', 1))
    .goesThrough('web-1', [unmount(1)]);
  script
    .add(health(0, 'after', 1))
    .add({ type: 'batch.soaking', play, batch: 0, seconds: 300 })
    .seconds(300);
  script
    .add(health(0, 'soaked', 1))
    .batch(1, 3, all.slice(1, 31))
    .add(health(1, 'before', 30, 'web-7', false));
  for (const [i, host] of all.slice(1, 31).entries()) script.goesThrough(host, [unmount(i + 2)]);
  script.add(health(1, 'after', 30, 'web-9', true));
  const reason = { message: 'the rollout stopped: web-9 is failed in play "Free Dead containers"' };
  const end = { play, by: 'failures', reason, done: all.slice(0, 31), left: all.slice(31) } as const;
  script.add({ type: 'rollout.stopped', ...end });
  const undone = { undone: [unmount(3).summary], irreversible: [], failed: [] };
  script.add({ type: 'host.rollback', host: 'web-3', outcome: undone });
  script.hostEnds('web-9', 'failed', 1, { message: `well before its batch, and not after it: ${ILL.message}` });
  script.hostEnds('web-3', 'rolled-back', 1, reason, undone);
  for (const host of all.slice(31)) script.hostEnds(host, 'not-attempted', 0, reason);
  return script.ended();
}

const ILL = { message: 'The load balancer answers: check failed with exit code 7' };

function health(
  batch: number,
  moment: 'before' | 'after' | 'soaked',
  hosts: number,
  host?: string,
  counts = false,
): Parameters<Script['add']>[0] {
  const ill = host === undefined ? [] : [{ host, reason: ILL, counts }];
  return { type: 'batch.health', play, batch, moment, hosts, ill };
}
