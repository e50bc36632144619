import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import { laterCalendar } from '../../src/schedule/calendar.ts';
import { laterCron, parseCron } from '../../src/schedule/cron-expression.ts';
import { nextTimes } from '../../src/schedule/cron-next.ts';
import { offsetOf } from '../../src/schedule/offset.ts';
import { later, range, type TimesOfDay } from '../../src/schedule/times-of-day.ts';

/** Every second of a day that is meant. */
const seconds = (all: readonly TimesOfDay[]): readonly number[] =>
  all
    .flatMap(({ hours, minutes, seconds }) =>
      hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => h * 3600 + m * 60 + s))),
    )
    .toSorted((a, b) => a - b);

const some = (size: number) =>
  fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 5 }).map((all) => all.toSorted((a, b) => a - b));
const times = fc.record({ hours: some(24), minutes: some(60), seconds: some(60) });

describe('times of a day, later', () => {
  it('are each later by just so much, around midnight where every day is meant', () => {
    fc.assert(
      fc.property(times, fc.nat(12 * 3600), (before, by) => {
        const expected = seconds([before]).map((second) => (second + by) % 86_400);
        expect(seconds(later(before, by, true) ?? [])).toEqual(expected.toSorted((a, b) => a - b));
      }),
    );
  });

  it('are refused past midnight where not every day is meant', () => {
    fc.assert(
      fc.property(times, fc.nat(12 * 3600), (before, by) => {
        const expected = seconds([before]).map((second) => second + by);
        const moved = later(before, by, false);
        if (expected.some((second) => second >= 86_400)) expect(moved).toBeUndefined();
        else expect(seconds(moved ?? [])).toEqual(expected);
      }),
    );
  });
});

describe('a calendar expression of systemd, later', () => {
  it.each([
    ['*-*-* 03:15:00', 0, ['*-*-* 03:15:00']],
    ['*-*-* 03:15:00', 133, ['*-*-* 03:17:13']],
    ['03:15', 60, ['03:16:00']],
    ['daily', 90, ['*-*-* 00:01:30']],
    ['Mon..Fri 03:15 Europe/Berlin', 60, ['Mon..Fri 03:16:00 Europe/Berlin']],
    ['*:0/15', 61, ['*:01,16,31,46:01']],
    ['*-*-* 22..23:50:00', 900, ['*-*-* 00,23:05:00']],
    ['8,20:30,55', 600, ['08,20:40:00', '09,21:05:00']],
    ['2027-01-01', 5, ['2027-01-01 00:00:05']],
    ['minutely', 10, ['*-*-* *:*:10']],
  ])('%s by %i s', (expression, by, moved) => {
    expect(laterCalendar(expression, by)).toEqual(moved);
  });

  it.each(['Mon 23:59', '*-*-* 3:15:00.5', '*:0/0', '25:00'])('%s is refused', (expression) => {
    expect(() => laterCalendar(expression, 120)).toThrow(InputError);
  });
});

describe('a line of cron', () => {
  it.each([
    ['15 3 * * *', { minutes: [15], hours: [3] }],
    ['*/20 8-18/5 * * *', { minutes: [0, 20, 40], hours: [8, 13, 18] }],
    ['0 0 1,15 jan,dec *', { days: [1, 15], months: [1, 12] }],
    ['0 0 * * 7', { weekdays: [0] }],
    ['0 0 * * mon-Fri', { weekdays: [1, 2, 3, 4, 5] }],
    ['@weekly', { hours: [0], weekdays: [0] }],
    ['0 0 13 * 5', { either: true }],
    ['0 0 */2 * 5', { either: false }],
  ])('%s', (line, meant) => {
    expect(parseCron(line)).toMatchObject(meant);
  });

  it.each([
    ['15 3 * *', 'has 4 fields'],
    ['60 3 * * *', "'60' is no minute"],
    ['15 24 * * *', "'24' is no hour"],
    ['15 3 0 * *', "'0' is no day of the month"],
    ['15 3 * 13 *', "'13' is no month"],
    ['15 3 * * mom', "'mom' is no day of the week"],
    ['15 5-3 * * *', "'5-3' is no hour"],
    ['*/0 3 * * *', "'*/0' is no minute"],
    ['5/10 3 * * *', "'5/10' is no minute"],
    ['5,,6 3 * * *', "'' is no minute"],
    ['@reboot', 'no such word'],
    ['0~30 3 * * *', "'0~30' is no minute"],
    ['15 3 * * *\n* * * * * rm', 'fields'],
  ])('%j is refused: %s', (line, why) => {
    expect(() => parseCron(line)).toThrow(why);
  });

  it.each([
    ['15  3 * * *', 0, ['15 3 * * *']],
    ['@daily', 0, ['0 0 * * *']],
    ['50 23 * * *', 15, ['5 0 * * *']],
    ['30,55 3 * * 1-5', 10, ['40 3 * * 1-5', '5 4 * * 1-5']],
    ['* * * * *', 7, ['* * * * *']],
  ])('%s, %i min later', (line, by, moved) => {
    // A full field stays a star, however it was split.
    expect(new Set(laterCron(line, by).flatMap(minutesMeant))).toEqual(new Set(moved.flatMap(minutesMeant)));
  });

  it('is refused where later is another day', () => {
    expect(() => laterCron('55 23 * * 1', 10)).toThrow('would fall on the next day');
  });
});

const minutesMeant = (line: string): readonly string[] => {
  const { minutes, hours, dates } = parseCron(line);
  return hours.flatMap((hour) => minutes.map((minute) => `${hour}:${minute} ${dates}`));
};

describe('the next times of cron', () => {
  const next = (line: string, after: string, count: number) =>
    nextTimes(parseCron(line), Date.parse(after), count).map((time) =>
      new Date(time).toISOString().replace(':00.000Z', ''),
    );

  it.each([
    ['15 3 * * *', '2026-11-22T03:15:00Z', ['2026-11-23T03:15', '2026-11-24T03:15']],
    ['0 0 31 * *', '2026-01-31T00:00:00Z', ['2026-03-31T00:00', '2026-05-31T00:00']],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', ['2104-02-29T00:00']],
    ['0 12 13 * 5', '2026-11-01T00:00:00Z', ['2026-11-06T12:00', '2026-11-13T12:00', '2026-11-20T12:00']],
    ['*/30 23 31 12 *', '2026-12-31T23:10:00Z', ['2026-12-31T23:30', '2027-12-31T23:00']],
  ])('%s after %s', (line, after, expected) => {
    expect(process.env.TZ ?? 'UTC').toBe('UTC');
    expect(next(line, after, expected.length)).toEqual(expected);
  });

  it('a day that never comes has none', () => {
    expect(next('0 0 30 2 *', '2026-01-01T00:00:00Z', 5)).toEqual([]);
  });

  /** Those of Berlin as Debian's cron 3.0pl1 was seen to run them: 28 March 2027 from 02:00 to 03:00 CEST, 31 October back to 02:00 CET. */
  it.each([
    ['Europe/Berlin', '30 2 * * *', '2027-03-27T12:00:00Z', ['2027-03-28T01:00', '2027-03-29T00:30']],
    ['Europe/Berlin', '0,30 2 * * *', '2027-03-27T12:00:00Z', ['2027-03-28T01:00', '2027-03-29T00:00']],
    ['Europe/Berlin', '*/15 2 * * *', '2027-03-27T12:00:00Z', ['2027-03-29T00:00', '2027-03-29T00:15']],
    ['Europe/Berlin', '30 * * * *', '2027-03-28T00:00:00Z', ['2027-03-28T00:30', '2027-03-28T01:30']],
    ['Europe/Berlin', '30 2 * * *', '2027-10-30T12:00:00Z', ['2027-10-31T00:30', '2027-11-01T01:30']],
    [
      'Europe/Berlin',
      '*/15 * * * *',
      '2027-10-30T23:45:00Z',
      [
        ...['2027-10-31T00:00', '2027-10-31T00:15', '2027-10-31T00:30', '2027-10-31T00:45'],
        ...['2027-10-31T01:00', '2027-10-31T01:15', '2027-10-31T01:30', '2027-10-31T01:45', '2027-10-31T02:00'],
      ],
    ],
    ['Europe/Berlin', '*/30 2 * * *', '2027-10-31T00:30:00Z', ['2027-10-31T01:00', '2027-10-31T01:30']],
    ['Australia/Lord_Howe', '45 * * * *', '2027-04-03T14:00:00Z', ['2027-04-03T14:45', '2027-04-03T15:15']],
    ['Australia/Lord_Howe', '15 2 * * *', '2027-10-02T12:00:00Z', ['2027-10-02T15:30', '2027-10-03T15:15']],
  ])('where clocks change, in %s: %s after %s', (zone, line, after, expected) => {
    vi.stubEnv('TZ', zone);
    const found = next(line, after, expected.length);
    vi.unstubAllEnvs();
    expect(found).toEqual(expected);
  });
});

describe('jitter', () => {
  const machines = range(1, 1000).map((n) => `machine-${n}`);

  it('is the same for the same schedule on the same machine, another elsewhere, and spread evenly', () => {
    const offsets = machines.map((machine) => offsetOf('nightly', machine, 600));
    expect(machines.map((machine) => offsetOf('nightly', machine, 600))).toEqual(offsets);
    expect(offsets.every((offset) => offset >= 0 && offset < 600)).toBe(true);
    const perMinute = range(0, 9).map(
      (minute) => offsets.filter((offset) => Math.floor(offset / 60) === minute).length,
    );
    expect(Math.min(...perMinute)).toBeGreaterThan(60);
    expect(machines.map((machine) => offsetOf('weekly', machine, 600))).not.toEqual(offsets);
    expect(offsetOf('nightly', 'any', 0)).toBe(0);
  });
});
