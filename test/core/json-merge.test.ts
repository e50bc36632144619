import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { mergedText } from '../../src/core/json-merge.ts';

describe('mergedText', () => {
  test.each<[string, string, JsonObject, string]>([
    [
      'a new key goes to the end, set as the others',
      '{\n\t"debug": true\n}\n',
      { 'live-restore': true },
      '{\n\t"debug": true,\n\t"live-restore": true\n}\n',
    ],
    ['on one line where the others are', '{ "a": 1, "b": 2 }', { c: 3 }, '{ "a": 1, "b": 2, "c": 3 }'],
    ['without blanks where there are none', '{"a":1,"b":2}', { c: { d: 4 } }, '{"a":1,"b":2,"c":{"d":4}}'],
    [
      'Windows line ends stay',
      '{\r\n  "a": 1\r\n}\r\n',
      { b: { c: 2 } },
      '{\r\n  "a": 1,\r\n  "b": {\r\n    "c": 2\r\n  }\r\n}\r\n',
    ],
    [
      'the order and odd spacing of the rest stay',
      '{ "b" :2,\n "a":  [1,\n2]}',
      { b: 3 },
      '{ "b" :3,\n "a":  [1,\n2]}',
    ],
    [
      'an equal value stays as it is written',
      '{"a": 1.0, "b": ["x",  "y"]}',
      { a: 1, b: ['x', 'y'] },
      '{"a": 1.0, "b": ["x",  "y"]}',
    ],
    [
      'objects are merged by their keys',
      '{\n    "log-opts": {\n        "max-size": "10m"\n    }\n}',
      { 'log-opts': { 'max-file': '3' } },
      '{\n    "log-opts": {\n        "max-size": "10m",\n        "max-file": "3"\n    }\n}',
    ],
    ['lists are replaced', '{\n  "dns": ["1.1.1.1"]\n}', { dns: ['8.8.8.8'] }, '{\n  "dns": [\n    "8.8.8.8"\n  ]\n}'],
    ['null takes the first one out', '{\n  "a": 1,\n  "b": 2\n}', { a: null }, '{\n  "b": 2\n}'],
    ['null takes one in the middle out', '{"a": 1, "b": 2, "c": 3}', { b: null }, '{"a": 1, "c": 3}'],
    ['null takes the only one out', '{\n  "a": 1\n}\n', { a: null }, '{}\n'],
    ['null takes out what stands twice', '{"a": 1, "b": 2, "a": 3}', { a: null }, '{"b": 2}'],
    ['of what stands twice the last one holds', '{"a": 1, "a": 2}', { a: 1 }, '{"a": 1, "a": 1}'],
    ['null for what is not there takes nothing out', '{"a": 1}', { b: null, c: { d: null } }, '{"a": 1, "c": {}}'],
    ['an empty object is filled', '{}\n', { a: { b: [] } }, '{\n  "a": {\n    "b": []\n  }\n}\n'],
    ['an empty object within is filled', '{\n  "a": {}\n}', { a: { b: 1 } }, '{\n  "a": {\n    "b": 1\n  }\n}'],
    ['an empty file is an empty object', '', { a: 1 }, '{\n  "a": 1\n}\n'],
    ['an empty file stays one', ' \n', { a: null }, ' \n'],
    ['an escaped key is the same key', '{"\\u0061": 1}', { a: 2 }, '{"\\u0061": 2}'],
    [
      'a key that JavaScript knows is a key like others',
      '{"a": 1}',
      JSON.parse('{"__proto__": {"x": 1}}'),
      '{"a": 1, "__proto__": {"x":1}}',
    ],
  ])('%s', (_what, text, patch, merged) => {
    expect(mergedText(text, patch)).toBe(merged);
  });

  test.each(['[]', '1', '"x"', 'null'])('%s is no object to merge into', (text) => {
    expect(() => mergedText(text, { a: 1 })).toThrow(new TypeError('not a JSON object'));
  });

  const object = fc.dictionary(fc.constantFrom('a', 'b', 'c', '10', '__proto__'), fc.jsonValue({ maxDepth: 2 }), {
    noNullPrototype: true,
  });

  it('means what RFC 7396 says, whatever the text looks like; a second time it changes nothing', () => {
    fc.assert(
      fc.property(object, object, fc.constantFrom('', '  ', '\t'), (value, patch, indent) => {
        const text = JSON.stringify(value, null, indent);
        const merged = mergedText(text, patch as JsonObject);
        expect(JSON.parse(merged)).toEqual(JSON.parse(JSON.stringify(rfc7396(value as Json, patch as Json))));
        expect(mergedText(merged, patch as JsonObject)).toBe(merged);
      }),
      { numRuns: 1000 },
    );
  });
});

/** MergePatch as in section 2 of the RFC. */
function rfc7396(target: Json, patch: Json): Json {
  const isObject = (value: Json): value is JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(patch)) return patch;
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, rfc7396(result.get(key) ?? null, value));
  }
  return Object.fromEntries(result);
}
