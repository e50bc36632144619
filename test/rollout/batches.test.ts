import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Amount } from '../../src/core/rollout.ts';
import { wavesOf } from '../../src/rollout/batches.ts';

const hosts = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sizes = (n: number, ...serial: Amount[]): number[] => wavesOf(hosts(n), serial).map((wave) => wave.length);
const percent = (percent: number): Amount => ({ percent });
const count = (count: number): Amount => ({ count });

describe('wavesOf', () => {
  it.each([
    ['all at once without sizes', 3, [], [3]],
    ['no batch of nothing', 0, [count(2)], []],
    ['the last size repeats', 7, [count(1), count(3)], [1, 3, 3]],
    ['a batch no larger than what is left', 5, [count(3)], [3, 2]],
    ['canary, then a tenth, then the rest', 300, [count(1), percent(10), percent(100)], [1, 30, 269]],
    ['percents are of all hosts, rounded down', 25, [percent(10)], [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1]],
    ['a percentage is at least one host', 3, [percent(1)], [1, 1, 1]],
    ['sizes that are not needed', 2, [count(2), count(5)], [2]],
  ] as const)('%s', (_, n, serial, expected) => {
    expect(sizes(n, ...serial)).toEqual(expected);
  });

  const amount = fc.oneof(
    fc.integer({ min: 1, max: 50 }).map(count),
    fc.double({ min: 0.001, max: 100, noNaN: true }).map(percent),
  );

  it('takes every host exactly once, in order, in no larger batches than were asked for', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.array(amount, { maxLength: 5 }), (n, serial) => {
        const waves = wavesOf(hosts(n), serial);
        expect(waves.flat()).toEqual(hosts(n));
        for (const [i, wave] of waves.entries()) {
          const size = serial[Math.min(i, serial.length - 1)] ?? percent(100);
          const most = 'count' in size ? size.count : Math.max(1, (size.percent * n) / 100);
          expect(wave.length).toBeGreaterThan(0);
          expect(wave.length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});
