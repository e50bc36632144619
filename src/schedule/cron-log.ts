import type { Found } from './schedule.ts';

/** How the last run of a log of cron.sh's went: its last line tells, or it is at work. */
export function lastEnd(log: string): Found['last'] {
  const [last] = [...log.matchAll(/^(\d{4}-\d\d-\d\dT[\d:]{8}Z) (began|ended (\d+))$/gm)].slice(-1);
  if (last === undefined) return undefined;
  const [, at = '', , code] = last;
  return code === undefined ? 'at work' : { at, code: Number(code) };
}
