import { inputError } from '../core/diagnostic.ts';
import { ascending, later, range, type TimesOfDay } from './times-of-day.ts';

/** What systemd.time(7) calls a calendar event expression, taken apart as far as its time of day. */
interface CalendarEvent {
  /** Weekdays and date, as written. */
  readonly days: string;
  readonly times: TimesOfDay;
  readonly zone: string;
}

/** systemd.time(7): the words, written out. */
const WORDS: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
};

/**
 * The same expression so many seconds later: one or a few expressions that together mean it.
 * @throws InputError where its times can't be moved so far
 */
export function laterCalendar(expression: string, seconds: number): readonly string[] {
  if (seconds === 0) return [expression];
  const { days, times, zone } = parseCalendar(expression);
  const moved = later(times, seconds, days === '' || days === '*-*-*');
  if (moved === undefined)
    throw inputError(
      `--jitter: '${expression}' moved by up to so much would fall on the next day, which may not be meant`,
      'choose an earlier time or a smaller jitter',
    );
  return moved.map((one) => [days, timeText(one), zone].filter((part) => part !== '').join(' '));
}

const TIME = /^([\d*.,/]+):([\d*.,/]+)(?::([\d*.,/]+))?$/;
const ZONE = /^[A-Za-z][\w/+-]*$/;

function parseCalendar(expression: string): CalendarEvent {
  const words = writtenOut(expression).split(/\s+/);
  const zone = ZONE.test(words.at(-1) ?? '') ? (words.pop() ?? '') : '';
  const [, hours = '', minutes = '', seconds = '0'] = TIME.exec(words.pop() ?? '') ?? [];
  const days = words.join(' ');
  const parts = [listed(hours, 24), listed(minutes, 60), listed(seconds, 60)] as const;
  if (parts.includes(undefined))
    throw inputError(
      `--jitter: the times of day of '${expression}' can't be moved`,
      "write them out: --on-calendar '*-*-* 03:00:00'",
    );
  const [h = [], m = [], s = []] = parts;
  return { days, times: { hours: h, minutes: m, seconds: s }, zone };
}

/** Words written out, and a date alone with its time. */
function writtenOut(expression: string): string {
  const text = expression.trim();
  const written = WORDS[text.toLowerCase()] ?? text;
  return written.includes(':') ? written : `${written} 00:00:00`;
}

/** `*`, `4`, `4,5..7`, `0/15`, `8..18/2`; undefined for anything else. */
function listed(text: string, size: number): readonly number[] | undefined {
  const values: number[] = [];
  for (const part of text.split(',')) {
    const [, from, to, step] = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === undefined || step === '0') return undefined;
    const first = from === '*' ? 0 : Number(from);
    const last = to !== undefined ? Number(to) : from === '*' || step !== undefined ? size - 1 : first;
    if (first > last || last >= size) return undefined;
    values.push(...range(first, last, Number(step ?? 1)));
  }
  return ascending(values);
}

const timeText = ({ hours, minutes, seconds }: TimesOfDay): string =>
  [fieldText(hours, 24), fieldText(minutes, 60), fieldText(seconds, 60)].join(':');

const fieldText = (values: readonly number[], size: number): string =>
  values.length === size ? '*' : values.map((value) => String(value).padStart(2, '0')).join(',');
