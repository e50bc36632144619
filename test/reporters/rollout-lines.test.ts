import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bounds } from '../../src/core/rollout.ts';
import { displayWidth } from '../../src/reporters/display-width.ts';
import { namesWithin, planLines } from '../../src/reporters/rollout-lines.ts';
import { careful } from './rollout-scenarios.ts';
import { hosts } from './scenarios.ts';

const plain: Bounds = { forks: 25, onFailure: 'stop', maxFailures: 1, health: [], soak: 0 };
const plan = (batches: readonly (readonly string[])[], bounds: Bounds = plain, columns = 80): string[] =>
  planLines({ at: '', type: 'rollout.planned', play: 'Free', batches, bounds }, columns);
const slices = (all: readonly string[], ...sizes: readonly number[]): string[][] =>
  sizes.map((size, i) => {
    const from = sizes.slice(0, i).reduce((sum, before) => sum + before, 0);
    return all.slice(from, from + size);
  });

describe('the plan of a rollout', () => {
  it('of one batch without bounds goes without saying', () => {
    expect(plan([hosts(300)])).toEqual([]);
    expect(plan([hosts(3)], { ...plain, onFailure: 'rollback_host' })).toEqual([]);
  });

  it('tells limits over many runs', () => {
    const bounds = { ...plain, timesPerHost: { most: 3, within: 86_400 }, wedgedHosts: { percent: 30 } };
    expect(plan([hosts(3)], bounds).slice(-2)).toEqual([
      '  it begins only where at most 30% of its hosts are wedged',
      '  a host that needs changes more often than 3 in 24h is left alone',
    ]);
  });

  it('of few hosts names them all', () => {
    expect(plan(slices(hosts(3), 1, 2))).toEqual([
      'plan of Free: 3 hosts in 2 batches',
      '  batch 1: 1 host: web-1',
      '  batch 2: 2 hosts: web-2, web-3',
      '  at work at once: at most 25 hosts',
      '  stops at the first failed host',
    ]);
  });

  it('of many hosts tells the first and the last ones, and batches of one size together', () => {
    expect(plan(slices(hosts(300), 1, 30, 90, 90, 89)).slice(1, 5)).toEqual([
      '  batch 1: 1 host: web-1',
      '  batch 2: 30 hosts: web-2, web-3, web-4, web-5, web-6, web-7, web-8 … web-31',
      '  batches 3 to 4: 90 hosts each: web-32, web-33, web-34, web-35 … web-211',
      '  batch 5: 89 hosts: web-212, web-213, web-214, web-215, web-216 … web-300',
    ]);
    expect(plan(slices(hosts(300), ...Array.from({ length: 300 }, () => 1))).slice(1, 3)).toEqual([
      '  batch 1: 1 host: web-1',
      '  batches 2 to 300: 1 host each: web-2, web-3, web-4, web-5, web-6 … web-300',
    ]);
  });

  it.each([
    [{ onFailure: 'continue', maxFailures: undefined }, 'goes on whatever fails'],
    [{ onFailure: 'stop', maxFailures: 15 }, 'stops at 15 failed hosts'],
    [{ onFailure: 'rollback_host', maxFailures: 1 }, 'stops at the first failed host; failed hosts are put back'],
    [
      { onFailure: 'rollback_batch', maxFailures: 3 },
      'stops at 3 failed hosts; failed hosts are put back, then their batch',
    ],
    [
      { onFailure: 'rollback_all', maxFailures: 3 },
      'stops at 3 failed hosts; failed hosts are put back, then all the others',
    ],
  ] as const)('%j', ({ onFailure, maxFailures }, expected) => {
    const { maxFailures: _, ...bounds } = plain;
    const lines = plan(slices(hosts(3), 1, 2), { ...bounds, onFailure, ...(maxFailures ? { maxFailures } : {}) });
    expect(lines.at(-1)).toBe(`  ${expected}`);
  });

  it('has every bound, in lines that fit', () => {
    expect(plan([hosts(1), hosts(2)], careful).slice(3)).toEqual([
      '  at work at once: at most 25 hosts, 2 of each rack',
      '  stops at 15 failed hosts; failed hosts are put back, then their batch',
      '  after each batch: health (Look at the containers, Nothing is stuck, The load',
      '  balancer answers), 5 min 00 s of soak, health again',
      '  a batch may stop at most 40 containers',
      '  batches begin from 22:00 to 04:00 Europe/Berlin, Fri, Sat',
      '  after batch 1 it waits for unwedge resume RUN',
    ]);
  });

  it('never is wider than it may be, and is no longer for more hosts', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 12 }),
        sizes,
        fc.integer({ min: 30, max: 160 }),
        (names, all, columns) => {
          const lines = plan(
            all.map((size) => names.slice(0, size)),
            plain,
            columns,
          );
          expect(Math.max(0, ...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
          expect(lines.length).toBeLessThanOrEqual(all.length + 5);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('names within', () => {
  it.each([
    [['a'], 80, 'a'],
    [['a', 'b', 'c'], 80, 'a, b, c'],
    [['web-1', 'web-2', 'web-3'], 18, 'web-1 … web-3'],
    [hosts(20), 80, 'web-1, web-2, web-3, web-4, web-5, web-6, web-7, web-8 … web-20'],
  ])('%j in %i columns', (names, columns, expected) => {
    expect(namesWithin(names, columns)).toBe(expected);
  });
});
