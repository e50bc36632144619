import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth, padded, truncate } from '../../src/reporters/display-width.ts';

test.each([
  ['', 0],
  ['web-1', 5],
  ['é', 1],
  ['e\u0301', 1],
  ['死んだ', 6],
  ['ｆｕｌｌ', 8],
  ['ｶﾅ', 2],
  ['한국', 4],
  ['✔ ok …', 6],
  ['🐳', 2],
  ['👩‍🚒', 2],
  ['🇩🇪', 2],
  ['a\u200bb', 2],
])('%s is %i columns wide', (text, width) => expect(displayWidth(text)).toBe(width));

test.each([
  ['umount', 6, 'umount'],
  ['umount', 5, 'umou…'],
  ['死んだ', 5, '死ん…'],
  ['死んだ', 4, '死…'],
  ['umount', 1, '…'],
  ['umount', 0, ''],
])('%s in %i columns is %s', (text, width, kept) => expect(truncate(text, width)).toBe(kept));

test('what is plain is as wide as it would be by its graphemes', () => {
  const plain = fc.string({ unit: fc.constantFrom('a', ' ', '·', '…', '→', '✔', '✖', '⠋', '⣿') });
  fc.assert(
    fc.property(plain, fc.integer({ min: 0, max: 20 }), (text, width) => {
      // Behind a mark that has no width, each is looked at by itself.
      expect(displayWidth(text)).toBe(displayWidth(`\u200b${text}`));
      expect(truncate(text, width)).toBe(truncate(`${text}\u200b`, width).replace('\u200b', ''));
    }),
  );
});

test('what is truncated and padded fills its columns exactly, unless a wide character leaves one free', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '死', '🐳', 'e\u0301', '…') });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 20 }), (any, width) => {
      expect(displayWidth(padded(truncate(any, width), width))).toBe(width);
    }),
  );
});
