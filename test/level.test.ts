import { describe, expect, it } from 'vitest';
import { levelOf, sampler } from './level.ts';

const all = Array.from({ length: 100 }, (_, i) => i);

describe('what stands for all', () => {
  it('is as many as asked for, in their order, the same for the same seed', () => {
    const sample = sampler('test', 7);
    const drawn = sample(all, 10, 'a');
    expect(drawn).toHaveLength(10);
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
    expect(sample(all, 10, 'a')).toEqual(drawn);
    expect(sample(all, 10, 'b')).not.toEqual(drawn);
    expect(sampler('test', 8)(all, 10, 'a')).not.toEqual(drawn);
  });

  it('leaves nothing out for ever: a hundred seeds draw each case', () => {
    const drawn = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      for (const each of sampler('test', seed)(all, 10, 'a')) drawn.add(each);
    }
    expect(drawn.size).toBe(all.length);
  });

  it('is all where few are, and at the level full', () => {
    const sample = sampler('test', 1);
    expect(sample([1, 2], 2, 'a')).toEqual([1, 2]);
    const full = sampler('full', 1);
    expect(full(all, 10, 'a')).toEqual(all);
  });

  it('a level that is none is refused', () => {
    expect(() => levelOf('quick')).toThrow("UNWEDGE_LEVEL='quick': use check, test, full");
  });
});
