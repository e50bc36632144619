/**
 * How much of each law is tried, and with which random choices. UNWEDGE_LEVEL: `check` (minutes, no hosts but three),
 * `test` (each law, reduced numbers), `full` (everything). UNWEDGE_SEED replays a run: it is printed when tests start.
 */
export type Level = 'check' | 'test' | 'full';

const levels: readonly string[] = ['check', 'test', 'full'] satisfies readonly Level[];

export const level = levelOf(process.env.UNWEDGE_LEVEL ?? 'test');

/** Of all random choices of this run: inputs, hosts, and which cases stand for the others. */
export const seed = Number(process.env.UNWEDGE_SEED ?? 1);

/** The value for this level. */
export const at = <T>(of: Readonly<Record<Level, T>>): T => of[level];

/** Some of `all`, drawn by the seed and `name`, in their order; all of them where there are no more, and at the level `full`. */
export const sampler =
  (level: Level, seed: number) =>
  <T>(all: readonly T[], most: number, name: string): readonly T[] => {
    if (level === 'full' || all.length <= most) return all;
    const random = randomOf(`${seed} ${name}`);
    const drawn = all.map((_, i) => ({ i, by: random() })).toSorted((a, b) => a.by - b.by);
    const chosen = new Set(drawn.slice(0, most).map(({ i }) => i));
    return all.filter((_, i) => chosen.has(i));
  };

/** By this run's own. */
export const sample = sampler(level, seed);

/** Numbers from 0 to 1 that are the same for the same text (FNV-1a, then mulberry32). */
function randomOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function levelOf(text: string): Level {
  if (!levels.includes(text)) throw new Error(`UNWEDGE_LEVEL='${text}': use ${levels.join(', ')}`);
  return text as Level;
}
