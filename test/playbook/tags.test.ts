import { describe, expect, test } from 'vitest';
import { isChosen } from '../../src/playbook/tags.ts';

/** As ansible-core's evaluate_tags decides (lib/ansible/playbook/taggable.py). */
const cases: readonly (readonly [tags: string, only: string, skip: string, chosen: boolean])[] = [
  // Nothing is asked for.
  ['', '', '', true],
  ['a', '', '', true],
  ['always', '', '', true],
  ['never', '', '', false],
  ['a never', '', '', false],
  ['always never', '', '', true],
  // --tags
  ['a', 'a', '', true],
  ['a b', 'b', '', true],
  ['a', 'b', '', false],
  ['', 'a', '', false],
  ['always', 'a', '', true],
  ['never', 'a', '', false],
  ['a never', 'a', '', true],
  ['never', 'never', '', true],
  ['a', 'all', '', true],
  ['', 'all', '', true],
  ['never', 'all', '', false],
  ['a never', 'all', '', false],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['a never', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['always', 'untagged', '', true],
  ['a', 'a b', '', true],
  // --skip-tags
  ['a', '', 'a', false],
  ['a', '', 'b', true],
  ['', '', 'a', true],
  ['always', '', 'always', false],
  ['a always', '', 'a', false],
  ['a', '', 'all', false],
  ['', '', 'all', false],
  ['always', '', 'all', true],
  ['always', '', 'all always', false],
  ['a', '', 'tagged', false],
  ['', '', 'tagged', true],
  ['', '', 'untagged', false],
  ['a', '', 'untagged', true],
  // Both.
  ['a b', 'a', 'b', false],
  ['a', 'a', 'b', true],
  ['a never', 'a', 'never', false],
];

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

describe('a step is chosen by its tags', () => {
  test.each(cases)('tagged "%s", --tags "%s", --skip-tags "%s": %s', (tags, only, skip, chosen) => {
    expect(isChosen(words(tags), { only: words(only), skip: words(skip) })).toBe(chosen);
  });
});
