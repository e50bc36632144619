import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachAtMost } from '../../src/rollout/pool.ts';
import { SpreadGate } from '../../src/rollout/spread.ts';

interface Item {
  readonly id: number;
  readonly domain: string;
  /** Turns of the event loop that its work takes. */
  readonly takes: number;
}

interface Observed {
  readonly begun: readonly Item[];
  /** The most that were at work at once, in all and of one domain. */
  readonly most: number;
  readonly mostOfOne: number;
}

/** What a pool does with these items. */
async function observe(width: number, items: readonly Item[], most?: number): Promise<Observed> {
  const begun: Item[] = [];
  const atWork = new Set<Item>();
  const seen = { most: 0, mostOfOne: 0 };
  const gate = most === undefined ? undefined : new SpreadGate<Item>(most, ({ domain }) => domain);
  const work = async (item: Item) => {
    begun.push(item);
    atWork.add(item);
    const neighbours = [...atWork].filter(({ domain }) => domain === item.domain).length;
    seen.most = Math.max(seen.most, atWork.size);
    seen.mostOfOne = Math.max(seen.mostOfOne, neighbours);
    for (let i = 0; i < item.takes; i++) await new Promise((resolve) => setImmediate(resolve));
    atWork.delete(item);
  };
  await eachAtMost(width, items, work, gate);
  return { begun, ...seen };
}

const items = fc
  .array(fc.record({ domain: fc.constantFrom('r1', 'r2', 'r3'), takes: fc.nat(3) }), { maxLength: 30 })
  .map((all) => all.map((item, id): Item => ({ id, ...item })));
const small = fc.integer({ min: 1, max: 6 });
const ids = (all: readonly Item[]): number[] => all.map(({ id }) => id);

describe('a pool', () => {
  it('takes every item once, in order, never more than its width at once', async () => {
    await fc.assert(
      fc.asyncProperty(small, items, async (width, all) => {
        const { begun, most } = await observe(width, all);
        expect(ids(begun)).toEqual(ids(all));
        expect(most).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('has all it may at work', async () => {
    const all = Array.from({ length: 6 }, (_, id): Item => ({ id, domain: 'r1', takes: 2 }));
    expect((await observe(4, all)).most).toBe(4);
  });

  it('tells of work that broke its promise not to reject', async () => {
    const work = () => Promise.reject(new TypeError('a bug'));
    await expect(eachAtMost(2, [1, 2], work)).rejects.toThrow('a bug');
  });
});

describe('a pool that spreads', () => {
  it('takes every item once, never more than allowed of a domain at once, each domain in order', async () => {
    await fc.assert(
      fc.asyncProperty(small, small, items, async (width, perDomain, all) => {
        const { begun, most, mostOfOne } = await observe(width, all, perDomain);
        expect(ids(begun).toSorted((a, b) => a - b)).toEqual(ids(all));
        expect(most).toBeLessThanOrEqual(width);
        expect(mostOfOne).toBeLessThanOrEqual(perDomain);
        for (const domain of ['r1', 'r2', 'r3']) {
          const of = begun.filter((item) => item.domain === domain);
          expect(ids(of)).toEqual(ids(of).toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it('lets those pass who have room, and keeps to the order otherwise', async () => {
    const all = ['r1', 'r1', 'r2', 'r3'].map((domain, id): Item => ({ id, domain, takes: 3 }));
    expect(ids((await observe(3, all, 1)).begun)).toEqual([0, 2, 3, 1]);
  });
});
