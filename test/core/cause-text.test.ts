import { readFileSync, renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { causeText } from '../../src/core/cause-text.ts';

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('what an error says', () => {
  it.each([
    ['one path', () => readFileSync('/no/such/file'), 'no such file or directory'],
    ['two paths', () => renameSync('/no/such, or', '/no/other'), 'no such file or directory'],
    ['no path', () => readFileSync(987_654), 'bad file descriptor'],
  ])("is the system's words, with %s in the call", (_, act, words) => {
    expect(causeText(thrownBy(act))).toBe(words);
  });

  it('is the whole message of any other error, and what is no error as text', () => {
    expect(causeText(new Error('EVERY: word, stays'))).toBe('EVERY: word, stays');
    expect(causeText('gone')).toBe('gone');
  });
});
