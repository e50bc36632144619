import { describe, expect, it, vi } from 'vitest';

const all = Array.from({ length: 100 }, (_, i) => i);

/** The module as it is in a run with this environment. */
async function fresh(env: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.resetModules();
  try {
    return await import('./level.ts');
  } finally {
    vi.unstubAllEnvs();
  }
}

describe('what stands for all', () => {
  it('is as many as asked for, in their order, the same for the same seed', async () => {
    const { sample } = await fresh({ UNWEDGE_LEVEL: 'test', UNWEDGE_SEED: '7' });
    const drawn = sample(all, 10, 'a');
    expect(drawn).toHaveLength(10);
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
    expect(sample(all, 10, 'a')).toEqual(drawn);
    expect(sample(all, 10, 'b')).not.toEqual(drawn);
    const other = await fresh({ UNWEDGE_LEVEL: 'test', UNWEDGE_SEED: '8' });
    expect(other.sample(all, 10, 'a')).not.toEqual(drawn);
  });

  it('leaves nothing out for ever: a hundred seeds draw each case', async () => {
    const drawn = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      const { sample } = await fresh({ UNWEDGE_LEVEL: 'test', UNWEDGE_SEED: String(seed) });
      for (const each of sample(all, 10, 'a')) drawn.add(each);
    }
    expect(drawn.size).toBe(all.length);
  });

  it('is all where few are, and at the level full', async () => {
    const { sample } = await fresh({ UNWEDGE_LEVEL: 'test' });
    expect(sample([1, 2], 2, 'a')).toEqual([1, 2]);
    const full = await fresh({ UNWEDGE_LEVEL: 'full' });
    expect(full.sample(all, 10, 'a')).toEqual(all);
    expect(full.at({ check: 1, test: 2, full: 3 })).toBe(3);
  });

  it('a level that is none is refused', async () => {
    await expect(fresh({ UNWEDGE_LEVEL: 'quick' })).rejects.toThrow("UNWEDGE_LEVEL='quick': use check, test, full");
  });
});
