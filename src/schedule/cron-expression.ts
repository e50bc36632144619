import { inputError } from '../core/diagnostic.ts';
import { suggestion } from '../core/suggestion.ts';
import { ascending, later, range } from './times-of-day.ts';

/** The five fields of crontab(5), as the numbers that they mean. Weekdays: 0 is Sunday. */
export interface CronTimes {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
  /** Where day and weekday are both told, either is enough (crontab(5)); a field that begins with a star tells none. */
  readonly either: boolean;
  /** Minute or hour begins with a star: cron goes by the clock on the wall then, and makes up for nothing where it is changed. */
  readonly byClock: boolean;
  /** Day, month and weekday as they were written. */
  readonly dates: string;
}

const WORDS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Words for numbers, the first for `from`. */
  readonly words?: readonly string[];
}
const FIELDS = {
  minutes: { name: 'minute', from: 0, to: 59 },
  hours: { name: 'hour', from: 0, to: 23 },
  days: { name: 'day of the month', from: 1, to: 31 },
  months: { name: 'month', from: 1, to: 12, words: MONTHS },
  weekdays: { name: 'day of the week', from: 0, to: 7, words: WEEKDAYS },
} as const;

/** @throws InputError that names the field */
export function parseCron(expression: string): CronTimes {
  const text = expression.trim();
  const written = text.startsWith('@') ? WORDS[text.toLowerCase()] : text;
  if (written === undefined)
    throw inputError(`--cron '${text}': no such word`, `there are ${Object.keys(WORDS).join(', ')}`);
  const fields = written.split(/[ \t]+/);
  if (fields.length !== 5)
    throw inputError(
      `--cron '${text}' has ${fields.length} fields, not 5`,
      "write minute, hour, day, month and weekday: '15 3 * * *' is a quarter past three, every night",
    );
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  return {
    minutes: numbers(minute, FIELDS.minutes),
    hours: numbers(hour, FIELDS.hours),
    days: numbers(day, FIELDS.days),
    months: numbers(month, FIELDS.months),
    weekdays: ascending(numbers(weekday, FIELDS.weekdays).map((n) => n % 7)),
    either: !day.startsWith('*') && !weekday.startsWith('*'),
    byClock: minute.startsWith('*') || hour.startsWith('*'),
    dates: [day, month, weekday].join(' '),
  };
}

function numbers(text: string, field: Field): readonly number[] {
  return ascending(text.split(',').flatMap((part) => numbersOfPart(part, field)));
}

/** `*`, `5`, `mon`, `1-5`, with a step behind a star or a range: `/2`. */
function numbersOfPart(text: string, field: Field): readonly number[] {
  const [, first, last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(text) ?? [];
  const isRange = first === '*' ? last === undefined : last !== undefined;
  if (first === undefined || (first === '*' && !isRange) || step === '0' || (step !== undefined && !isRange))
    throw badField(text, field, `write a number, a range (1-5), a list (1,3), a star or a step (*/2)`);
  const from = first === '*' ? field.from : numberOf(first, field);
  const to = first === '*' ? field.to : last === undefined ? from : numberOf(last, field);
  if (from > to) throw badField(text, field, `${first} is after ${last}`);
  return range(from, to, Number(step ?? 1));
}

function numberOf(word: string, field: Field): number {
  const named = field.words?.indexOf(word.toLowerCase()) ?? -1;
  const value = named >= 0 ? named + field.from : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  if (value >= field.from && value <= field.to) return value;
  const near = field.words && suggestion(word, field.words);
  throw badField(word, field, near ? `did you mean '${near}'?` : `it is from ${field.from} to ${field.to}`);
}

const badField = (text: string, { name }: Field, todo: string) => inputError(`--cron: '${text}' is no ${name}`, todo);

/**
 * The same times so many minutes later, as lines of five fields.
 * @throws InputError where they can't be moved so far
 */
export function laterCron(expression: string, minutes: number): readonly string[] {
  const cron = parseCron(expression);
  if (minutes === 0) return [WORDS[expression.trim().toLowerCase()] ?? expression.trim().replace(/\s+/g, ' ')];
  const moved = later({ ...cron, seconds: [0] }, minutes * 60, cron.dates === '* * *');
  if (moved === undefined)
    throw inputError(
      `--jitter: '${expression}' moved by up to so much would fall on the next day, which may not be meant`,
      'choose an earlier time or a smaller jitter',
    );
  return moved.map((one) => `${fieldText(one.minutes, 60)} ${fieldText(one.hours, 24)} ${cron.dates}`);
}

const fieldText = (values: readonly number[], size: number): string =>
  values.length === size ? '*' : values.join(',');
