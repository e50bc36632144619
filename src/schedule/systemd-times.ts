import { inputError } from '../core/diagnostic.ts';

interface Moment {
  readonly local: string;
  /** `YYYY-MM-DD hh:mm:ss`. */
  readonly utc: string;
}

/**
 * The first times that `systemd-analyze calendar` tells of one or several expressions, as it writes them.
 * @throws InputError where there is none
 */
export function timesTold(output: string, count: number): readonly string[] {
  const moments: Moment[] = [];
  for (const line of output.split('\n')) {
    const [, local] = /^\s*(?:Next elapse|Iter(?:\.|ation) #\d+): (\w{3} .*)$/.exec(line) ?? [];
    if (local !== undefined) moments.push({ local, utc: stamp(local) });
    const [, utc] = /^\s*\(in UTC\): (.*)$/.exec(line) ?? [];
    const last = moments.at(-1);
    if (utc !== undefined && last !== undefined) moments[moments.length - 1] = { ...last, utc: stamp(utc) };
  }
  if (moments.length === 0) throw inputError('--on-calendar: this time never comes', 'see systemd.time(7)');
  return moments
    .sort((a, b) => (a.utc < b.utc ? -1 : 1))
    .slice(0, count)
    .map(({ local }) => local);
}

const stamp = (text: string): string => /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(text)?.[0] ?? text;
