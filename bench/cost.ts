import { readFileSync } from 'node:fs';

/** What one round took. Milliseconds. */
export interface Cost {
  readonly wall: number;
  /** Of this process and of every child that it has waited for, with their children (/proc/self/stat, 10 ms steps). */
  readonly cpu: number;
}

const MS_PER_TICK = 10;

/** utime, stime, cutime and cstime of proc(5): fields 14 to 17, counted behind the name in brackets. */
function cpuNow(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * MS_PER_TICK, 0);
}

export async function costOf(round: () => Promise<void>): Promise<Cost> {
  const [wall, cpu] = [performance.now(), cpuNow()];
  await round();
  return { wall: performance.now() - wall, cpu: cpuNow() - cpu };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}
