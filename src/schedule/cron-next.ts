import type { CronTimes } from './cron-expression.ts';
import { ascending } from './times-of-day.ts';

/** 29 February is at most eight years away (1896 to 1904). */
const DAYS = 8 * 366 + 1;

/**
 * The next times after a moment, in this machine's time zone. A time that a change to summer time leaves out comes right
 * after it, one that the change back repeats comes once, as Debian's and RHEL's cron do it.
 * @returns milliseconds since 1970, ascending; fewer than `count` where there are no more
 */
export function nextTimes(cron: CronTimes, after: number, count: number): readonly number[] {
  const from = new Date(after);
  const found: number[] = [];
  for (let day = 0; day < DAYS && found.length < count; day++) {
    const date = new Date(from.getFullYear(), from.getMonth(), from.getDate() + day);
    if (isMeant(cron, date)) found.push(...timesOf(cron, date).filter((time) => time > after));
  }
  return found.slice(0, count);
}

function isMeant({ days, months, weekdays, either }: CronTimes, date: Date): boolean {
  if (!months.includes(date.getMonth() + 1)) return false;
  const [day, weekday] = [days.includes(date.getDate()), weekdays.includes(date.getDay())];
  return either ? day || weekday : day && weekday;
}

const timesOf = ({ hours, minutes }: CronTimes, date: Date): number[] =>
  ascending(
    hours.flatMap((hour) =>
      minutes.map((minute) => new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute).getTime()),
    ),
  );
