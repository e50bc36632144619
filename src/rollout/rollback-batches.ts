import type { HostRecord, RunRecord } from '../core/run-record.ts';
import type { Gate } from './pool.ts';
import { SpreadGate } from './spread.ts';

/** Hosts of a rollback that are at work side by side. */
export interface RollbackWave {
  readonly play: string;
  readonly hosts: readonly HostRecord[];
  /** Hosts at work at the same time. */
  readonly forks: number;
  readonly gate?: Gate<HostRecord>;
  /** Hosts that may fail until no further one is begun; undefined: any number. */
  readonly failures?: number;
}

/**
 * The way of the run, backwards: the hosts of each of its batches, the newest batch first, within the bounds of its play. A host
 * is in the last batch that it was begun in. Hosts of which no batch is known come last, in one wave. Pure.
 */
export function wavesOfRollback(
  { rollouts, turns }: Pick<RunRecord, 'rollouts' | 'turns'>,
  hosts: readonly HostRecord[],
  forks: number,
): readonly RollbackWave[] {
  const waves = new Map<string, { play: number; batch: number; hosts: HostRecord[] }>();
  for (const record of hosts) {
    const { play, batch } = turns.get(record.host) ?? { play: -1, batch: -1 };
    const key = `${play} ${batch}`;
    const wave = waves.get(key) ?? { play, batch, hosts: [] };
    waves.set(key, wave);
    wave.hosts.push(record);
  }
  const newestFirst = [...waves.values()].sort((a, b) => b.play - a.play || b.batch - a.batch);
  return newestFirst.map(({ play, hosts: own }): RollbackWave => {
    const rollout = rollouts[play];
    if (rollout === undefined) return { play: '', hosts: own, forks };
    const { bounds, domains = {} } = rollout;
    return {
      ...{ play: rollout.play, hosts: own, forks: Math.min(forks, bounds.forks) },
      ...(bounds.spread && { gate: new SpreadGate(bounds.spread.most, ({ host }) => domains[host] ?? '') }),
      ...(bounds.maxFailures !== undefined && { failures: bounds.maxFailures }),
    };
  });
}
