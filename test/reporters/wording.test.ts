import { expect, test } from 'vitest';
import { counted, duration, hostList, oneLine, safeLines } from '../../src/reporters/wording.ts';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59_999, '59 s'],
  [65_000, '1 min 05 s'],
  [3_600_000, '1 h 00 min'],
  [7_380_000, '2 h 03 min'],
])('%i ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

test('one host is no hosts', () =>
  expect([0, 1, 2].map((n) => counted(n, 'host'))).toEqual(['0 hosts', '1 host', '2 hosts']));

test('a long list of hosts ends in a count', () => {
  expect(hostList(['a', 'b'], 2)).toBe('a, b');
  expect(hostList(['a', 'b', 'c'], 2)).toBe('a, b … (+1)');
});

test('text of several lines becomes one', () => expect(oneLine(' busy\r\n  held by 1\n\n')).toBe('busy | held by 1'));

test('lines are kept apart but nothing else', () => {
  expect(safeLines('a\r\n\tb\u001b[2J\r\n')).toEqual(['a', '\tb\\x1b[2J']);
});
