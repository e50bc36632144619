import { describe, expect, it } from 'vitest';
import type { Window } from '../../src/core/rollout.ts';
import { isOpen, nextOpening, windowText } from '../../src/core/window.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const window = (start: number, end: number, zone = 'Europe/Berlin', days: readonly number[] = EVERY_DAY): Window => ({
  ...{ start: start * 60, end: end * 60, zone, days },
});
const at = (text: string): number => Date.parse(text);

describe('a window', () => {
  it.each([
    // Sunday 22 November 2026; Berlin is an hour ahead of UTC then, two in summer.
    ['before its start', window(9, 17), '2026-11-22T07:59:59Z', false],
    ['at its start', window(9, 17), '2026-11-22T08:00:00Z', true],
    ['in its last second', window(9, 17), '2026-11-22T15:59:59Z', true],
    ['at its end', window(9, 17), '2026-11-22T16:00:00Z', false],
    ['in summer', window(9, 17), '2026-07-01T07:00:00Z', true],
    ['at midnight, which is an end', window(20, 24), '2026-11-22T22:59:59Z', true],
    ['after midnight', window(20, 24), '2026-11-22T23:00:00Z', false],
    ['over midnight, in the evening', window(22, 4), '2026-11-22T21:00:00Z', true],
    ['over midnight, in the morning', window(22, 4), '2026-11-23T02:59:00Z', true],
    ['over midnight, at noon', window(22, 4), '2026-11-23T11:00:00Z', false],
    ['on a day that is not named', window(9, 17, 'Europe/Berlin', [6]), '2026-11-22T10:00:00Z', false],
    ['on a day that is named there, not in UTC', window(0, 1, 'Europe/Berlin', [1]), '2026-11-22T23:30:00Z', true],
    ['the morning after a named day', window(22, 4, 'Europe/Berlin', [0]), '2026-11-23T02:00:00Z', true],
    ['the morning of a named day', window(22, 4, 'Europe/Berlin', [0]), '2026-11-22T02:00:00Z', false],
    ['in a zone of half hours', window(9, 17, 'Asia/Kolkata'), '2026-11-22T03:30:00Z', true],
    ['in a zone of half hours, a minute early', window(9, 17, 'Asia/Kolkata'), '2026-11-22T03:29:00Z', false],
  ] as const)('%s', (_, when, moment, expected) => {
    expect(isOpen(when, at(moment))).toBe(expected);
  });

  it('goes by the wall clock through both changes of the clocks', () => {
    const night = window(1, 4);
    const minutesOpen = (from: string) =>
      Array.from({ length: 8 * 60 }, (_, i) => at(from) + i * 60_000).filter((moment) => isOpen(night, moment)).length;
    // Spring: 02:00 to 03:00 does not exist; autumn: it comes twice.
    expect(minutesOpen('2026-03-28T22:00:00Z')).toBe(2 * 60);
    expect(minutesOpen('2026-10-24T22:00:00Z')).toBe(4 * 60);
    expect(minutesOpen('2026-11-21T22:00:00Z')).toBe(3 * 60);
  });

  it('that lies in an hour which is left out that night opens the night after', () => {
    const next = nextOpening(window(2, 3), at('2026-03-28T12:00:00Z'));
    expect(next && new Date(next).toISOString()).toBe('2026-03-30T00:00:00.000Z');
  });

  it('tells when it opens next', () => {
    const weekend = window(22, 4, 'America/New_York', [6]);
    const next = nextOpening(weekend, at('2026-11-23T15:04:05Z'));
    expect(next && new Date(next).toISOString()).toBe('2026-11-29T03:00:00.000Z');
  });

  it('has words', () => {
    expect(windowText(window(22, 4))).toBe('from 22:00 to 04:00 Europe/Berlin');
    expect(windowText({ ...window(9, 24, 'UTC', [6, 0]), start: 9 * 60 + 5 })).toBe(
      'from 09:05 to 24:00 UTC, Sat, Sun',
    );
  });
});
