import type { CronTimes } from './cron-expression.ts';
import { ascending } from './times-of-day.ts';

/** 29 February is at most eight years away (1896 to 1904). */
const DAYS = 8 * 366 + 1;

const MINUTE = 60_000;
/** How much later the same local time may come again: half an hour on Lord Howe Island, two hours in Troll. */
const REPEATS = [30 * MINUTE, 60 * MINUTE, 120 * MINUTE];

/**
 * The next times after a moment, in this machine's time zone, as the cron of Debian and RHEL (cron.c) has them where clocks
 * change. With a star in minute or hour: a time that is left out never comes, one that is repeated comes twice. Without:
 * one that is left out comes at the moment of the change, one that is repeated comes once.
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

const timesOf = ({ hours, minutes, byClock }: CronTimes, date: Date): number[] =>
  ascending(
    hours.flatMap((hour) =>
      minutes.flatMap((minute) => {
        const time = new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute).getTime();
        const isLeftOut = new Date(time).getHours() !== hour || new Date(time).getMinutes() !== minute;
        if (isLeftOut) return byClock ? [] : [changeBefore(time)];
        return byClock ? [time, ...REPEATS.map((later) => time + later).filter((next) => isSame(time, next))] : [time];
      }),
    ),
  );

/** The same on the clock on the wall. */
const isSame = (one: number, other: number): boolean =>
  new Date(one).toString().slice(0, 21) === new Date(other).toString().slice(0, 21);

/** The moment at which the clock was put forward: JavaScript takes a time that is left out for the one so much after it. */
function changeBefore(time: number): number {
  const offset = new Date(time).getTimezoneOffset();
  let change = time;
  while (new Date(change - MINUTE).getTimezoneOffset() === offset) change -= MINUTE;
  return change;
}
