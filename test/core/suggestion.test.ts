import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, suggestion } from '../../src/core/suggestion.ts';

describe('a misspelt name', () => {
  const known = ['umount', 'scan', 'rm_dead', 'restart', 'daemon_reload', 'on_failure'];
  test.each([
    ['umont', 'umount'],
    ['umuont', 'umount'],
    ['UMOUNT', 'umount'],
    ['rmdead', 'rm_dead'],
    ['daemon-reload', 'daemon_reload'],
    ['on_fail', undefined],
    ['reboot', undefined],
    ['x', undefined],
    ['', undefined],
    ['u'.repeat(10_000), undefined],
  ])('%s → %s', (name, expected) => expect(suggestion(name, known)).toBe(expected));

  test('with nothing near, what there is', () => {
    expect(didYouMean('zzz', ['a', 'b'])).toBe('known here: a, b');
    expect(didYouMean('umont', known)).toBe("did you mean 'umount'?");
    expect(
      didYouMean(
        'zzz',
        Array.from({ length: 13 }, (_, i) => `name-${i}`),
      ),
    ).toBeUndefined();
    expect(didYouMean('zzz', [])).toBeUndefined();
  });
});

describe('the edit distance', () => {
  const word = fc.string({ maxLength: 12 });

  test.each([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['a', 'a', 0],
  ])('%s to %s is %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  test('is the same both ways and 0 only for the same word', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
