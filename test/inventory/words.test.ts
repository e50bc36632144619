import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { pythonLiteral } from '../../src/inventory/python-literal.ts';
import { shellWords } from '../../src/inventory/shell-words.ts';

const words = (line: string, comments = false) => {
  const split = shellWords(line, { comments });
  return 'problem' in split ? split.problem : split.words.map((word) => word.text);
};

describe('words are split as a shell splits them', () => {
  test.each<[string, string[] | string]>([
    ['', []],
    ['  a  b\tc ', ['a', 'b', 'c']],
    [`a='x y' "b c"d`, ['a=x y', 'b cd']],
    [`a\\ b '\\' "\\"" "\\x"`, ['a b', '\\', '"', '\\x']],
    [`'' ""`, ['', '']],
    ['$HOME `id` *', ['$HOME', '`id`', '*']],
    ["a 'b", "a quote ' is never closed"],
    ['a\\', 'a backslash at the end of the line'],
    ['a # b', ['a', '#', 'b']],
  ])('%j', (line, expected) => expect(words(line)).toEqual(expected));

  test('with comments', () => {
    expect(words('a b # c', true)).toEqual(['a', 'b']);
    expect(words(`a '#' x#y`, true)).toEqual(['a', '#', 'x']);
  });

  test('any words come back from their quoted form', () => {
    const quote = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string()), (list) => {
        expect(words(list.map(quote).join(' '))).toEqual(list);
      }),
    );
  });
});

describe('Python literals', () => {
  test.each<[string, Json | undefined]>([
    ['1', 1],
    ['-3', -3],
    ['1_000', 1000],
    ['0x1F', 31],
    ['0o17', 15],
    ['00', 0],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['True', true],
    ['None', null],
    [`'a\\'b\\n'`, "a'b\n"],
    ['"x"', 'x'],
    ["['a', 1, [True]]", ['a', 1, [true]]],
    ['(1,)', [1]],
    ['(1)', 1],
    ['()', []],
    ["{'a': {'b': 1},}", { a: { b: 1 } }],
    [' 5 # five', 5],
    ['true', undefined],
    ['0644', undefined],
    ['12345678901234567890', undefined],
    ['1e999', undefined],
    ['a', undefined],
    ['[1', undefined],
    ['[1 2]', undefined],
    ['1 2', undefined],
    ["{1: 'a', None: 2}", { 1: 'a', null: 2 }],
    ["{(1,): 'a'}", undefined],
    ['80,443', [80, 443]],
    ["'a' 'b'", 'ab'],
    ["'a' b'b'", undefined],
    [`u'x'`, 'x'],
    [`r'\\d'`, '\\d'],
    [`'\\x41\\u00e9\\101'`, 'AéA'],
    [`'\\x4'`, undefined],
    [`'\\N{BULLET}'`, undefined],
    [`'''it's'''`, "it's"],
    ['- 3', -3],
    ["'a", undefined],
    ['', undefined],
    ['__import__("os")', undefined],
    ['toString', undefined],
    ['['.repeat(1000), undefined],
  ])('%j is %j', (text, value) => expect(pythonLiteral(text)).toEqual(value));

  test('any text is a value or none', () => {
    const token = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ',',
      ':',
      "'",
      '"',
      '1',
      '-',
      '.',
      'e',
      'True',
      'x',
      '#',
      ' ',
      '\\',
      '_',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 20 }), (tokens) => {
        const value = pythonLiteral(tokens.join(''));
        if (value !== undefined) expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      }),
      { numRuns: 3000 },
    );
  });
});
