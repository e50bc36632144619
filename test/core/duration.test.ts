import { expect, test } from 'vitest';
import { parseDuration } from '../../src/core/duration.ts';

test.each<[string | number, number | undefined]>([
  [90, 90],
  ['90', 90],
  ['30s', 30],
  ['5m', 300],
  ['1h30m', 5400],
  ['500ms', 0.5],
  ['1.5h', 5400],
  [' 2m ', 120],
  [0, undefined],
  ['0s', undefined],
  [-1, undefined],
  [Number.NaN, undefined],
  ['', undefined],
  ['5 m', undefined],
  ['soon', undefined],
  ['9'.repeat(400), undefined],
])('%j is %j seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));
