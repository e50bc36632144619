/**
 * A name for a run: sortable by time, readable, unique enough for several controllers, e.g. `20261122T051443Z-k3f9`.
 * @param now milliseconds since 1970, UTC
 * @param random a number in [0, 1), as Math.random gives
 */
export function newRunId(now: number, random: () => number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${Array.from({ length: 4 }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('')}`;
}

export const isRunId = (name: string): boolean => /^\d{8}T\d{6}Z-[a-z0-9]{4}$/.test(name);

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
