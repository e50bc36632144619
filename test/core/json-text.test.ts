import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type JsonNode, JsonSyntaxError, parseJsonText } from '../../src/core/json-text.ts';

const accepts = (text: string): boolean => {
  try {
    parseJsonText(text);
    return true;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
};
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The value again, put together from the places of its parts. */
function again(text: string, node: JsonNode): unknown {
  if (node.kind === 'other') return JSON.parse(text.slice(node.start, node.end));
  return Object.fromEntries(node.members.map(({ key, value }) => [key, again(text, value)]));
}

describe('parseJsonText', () => {
  it('finds each value in its place, however it is written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t', '   '), (value, indent) => {
        const text = ` \r\n${JSON.stringify(value, null, indent)}\n`;
        expect(again(text, parseJsonText(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes what JSON.parse takes and nothing else', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"\n"',
      "'b'",
      '1',
      '-0.5e+9',
      '01',
      'null',
      'nul',
      ' ',
      '//',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        expect(accepts(parts.join(''))).toBe(isJson(parts.join('')));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['', 'expected a value, found the end (line 1, column 1)'],
    ['{\n  "a": 1\n  "b": 2\n}', "expected ',' or '}', found \"\\\"\" (line 3, column 3)"],
    ['{ "a": 1, }', 'expected a key in double quotes, found "}" (line 1, column 11)'],
    ['{\n  // mine\n}', 'expected a key in double quotes, found "/" (line 2, column 3)'],
    ['{ "a" 1 }', 'expected \':\', found "1" (line 1, column 7)'],
    ['[1 2]', "expected ',' or ']', found \"2\" (line 1, column 4)"],
    ['{} {}', 'expected the end of the text, found "{" (line 1, column 4)'],
    ['\uFEFF{}', 'expected a value, found "\uFEFF" (line 1, column 1)'],
    ['["\t"]', 'expected a value, found "\\"" (line 1, column 2)'],
    ['['.repeat(300), 'expected less nesting, found "[" (line 1, column 202)'],
  ])('says what is wrong in %j, and where', (text, message) => {
    expect(() => parseJsonText(text)).toThrow(new JsonSyntaxError(message));
  });
});
