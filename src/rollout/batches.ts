import type { Amount } from '../core/rollout.ts';

/**
 * The batches of a rollout, in order: one of each size, the last size again until nothing is left. No size: all at once.
 * A percentage is one of all items, rounded down as Ansible does, and never of none. No batch of nothing.
 */
export function wavesOf<T>(items: readonly T[], sizes: readonly Amount[]): readonly (readonly T[])[] {
  const waves: (readonly T[])[] = [];
  for (let from = 0; from < items.length; ) {
    const size = sizes[Math.min(waves.length, sizes.length - 1)];
    const to = from + (size === undefined ? items.length : sizeOf(size, items.length));
    waves.push(items.slice(from, to));
    from = to;
  }
  return waves;
}

const sizeOf = (size: Amount, all: number): number =>
  Math.max(1, 'count' in size ? size.count : Math.floor((size.percent * all) / 100));
