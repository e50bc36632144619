import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import { parseYaml } from '../../src/core/yaml.ts';
import { entryOf, toJson } from '../../src/core/yaml-node.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (text: string) => toJson(parseYaml(bytes(text), 'f.yaml').root);

function refusal(content: Uint8Array | string): string {
  try {
    parseYaml(typeof content === 'string' ? bytes(content) : content, 'f.yaml');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [first] = error.diagnostics;
    return `${first?.at?.line}:${first?.at?.column} ${first?.message}`;
  }
  throw new Error('not refused');
}

describe('values are those of the YAML 1.2 core schema', () => {
  test.each([
    ['no', 'no'],
    ['12:30:00', '12:30:00'],
    ['0o17', 15],
    ['0644', 644],
    ['1.5', 1.5],
    ['~', null],
    ['---\n', null],
    ['True', true],
    ["'true'", 'true'],
    ['2024-01-01', '2024-01-01'],
    ['!!str 1', '1'],
    ['"a\\tb"', 'a\tb'],
    ['[a, {b: 1}]', ['a', { b: 1 }]],
    ['a:\n  - b\r\n  - c', { a: ['b', 'c'] }],
    ['a: |\n  x\n  y\n', { a: 'x\ny\n' }],
    ['\ufeffa: 1', { a: 1 }],
    ['80: x\ntrue: y', { '80': 'x', true: 'y' }],
    ['a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}', { a: { b: 1, c: 2 }, d: { c: 3, b: 1 } }],
    ['a: &x {b: 1}\nd: &y {b: 2, e: 3}\nf: {<<: [*x, *y]}', { a: { b: 1 }, d: { b: 2, e: 3 }, f: { b: 1, e: 3 } }],
    ['"<<": 1', { '<<': 1 }],
    ['a: \ufffd', { a: '\ufffd' }],
  ])('%j', (text, value) => expect(json(text)).toEqual(value));

  test('a key named __proto__ is one like any other', () => {
    const value = json('__proto__: {polluted: 1}\nconstructor: 2');
    expect(Object.keys(Object(value))).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('and on request of YAML 1.1, as Ansible reads inventories', () => {
  test.each([
    ['yes', true],
    ['Off', false],
    ['y', 'y'],
    ['0644', 420],
    ['0o17', '0o17'],
    ['0b11', 3],
    ['-0x1F', -31],
    ['1_000', 1000],
    ['12:30:00', 45000],
    ['-1:30', -90],
    ['1:30.5', 90.5],
    ['1.5e+3', 1500],
    ['1e3', '1e3'],
    ['089', '089'],
    ['2024-01-01', '2024-01-01'],
    ['"yes"', 'yes'],
    ['~', null],
  ])('%j', (text, value) => expect(toJson(parseYaml(bytes(text), 'f.yaml', { version: '1.1' }).root)).toEqual(value));
});

describe('each node knows its place', () => {
  const text = 'é: "ü"\nlist:\n  - plain text # c\n  - "quo\\nted"\nempty:\nblock: >\n  folded\n  text\n';
  const { source, root } = parseYaml(bytes(text), 'f.yaml');
  const written = (key: string): string => {
    const span = entryOf(root, key)?.value.span ?? { start: 0, end: 0 };
    return text.slice(span.start, span.end);
  };

  test('scalars', () => {
    expect(written('é')).toBe('"ü"');
    expect(written('empty')).toBe('');
    expect(written('block')).toBe('folded\n  text');
    const list = entryOf(root, 'list')?.value;
    expect(list?.kind === 'list' && list.items.map((item) => text.slice(item.span.start, item.span.end))).toEqual([
      'plain text',
      '"quo\\nted"',
    ]);
  });

  test('text is placed by character only where the file holds it so', () => {
    const list = entryOf(root, 'list')?.value;
    const starts = list?.kind === 'list' ? list.items.map((item) => item.kind === 'scalar' && item.textStart) : [];
    expect(starts).toEqual([text.indexOf('plain'), undefined]);
  });

  test('columns count characters', () => {
    const { at, source: line, length } = source.finding(entryOf(root, 'é')?.value.span ?? { start: 0, end: 0 }, 'x');
    expect({ at, line, length }).toEqual({ at: { file: 'f.yaml', line: 1, column: 4 }, line: 'é: "ü"', length: 3 });
    expect(parseYaml(bytes('😀: x'), 'f').source.at(4)).toMatchObject({ line: 1, column: 4 });
  });
});

describe('what is refused', () => {
  test.each([
    ['', '1:1 the file is empty'],
    ['a: 1\na: 2', "2:1 duplicate key 'a'; it is already in line 1"],
    ['a: 1\n---\nb: 2', '3:1 a second document in one file'],
    ['a: 1\n---\n', '1:5 a second document in one file'],
    ['a:\n\t- x', '2:1 a tab in the indentation; YAML takes spaces only'],
    ['a: \0', '1:4 the file holds a NUL byte; this is not a text file'],
    ['a: \x07', '1:4 a control character'],
    ['a: *x', '1:4 *x names no finished anchor above it'],
    ['&a [*a]', '1:5 *a names no finished anchor above it'],
    ['? [a]\n: b', '1:3 a list or map as a key'],
    ['a: !secret x', '1:4 the tag !secret is not supported'],
    ['a: .inf', "1:4 .inf is a number that can't be kept exactly"],
    ['a: {<<: 1}', '1:9 << takes a map or a list of maps'],
    ['['.repeat(500), '1:64 nested too deeply'],
    [`${'- '.repeat(500)}x`, '1:129 nested too deeply'],
  ])('%j', (text, message) => expect(refusal(text)).toBe(message));

  test('bytes that are not UTF-8, at their place', () => {
    expect(refusal(Uint8Array.of(0x61, 0x0a, 0x62, 0xff))).toBe('2:2 this byte is not UTF-8');
    expect(refusal(Uint8Array.of(0xef, 0xbf, 0xbd, 0xc3, 0xa9, 0x80))).toBe('1:3 this byte is not UTF-8');
    expect(refusal(Uint8Array.of(0xff, 0xfe, 0x61, 0))).toBe('1:1 the file is UTF-16, not UTF-8');
  });

  test('a large file, before it is parsed', () => {
    expect(refusal(new Uint8Array(1024 * 1024 + 1))).toContain('the file is 1048577 bytes');
  });

  test('a billion laughs, at once', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 30; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(refusal(lines.join('\n'))).toContain('aliases make this too large');
  });
});

describe('any input ends in a value or an InputError', () => {
  const total = (content: Uint8Array): void => {
    try {
      JSON.stringify(toJson(parseYaml(content, 'f.yaml').root));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const { at, source, message } of error.diagnostics) {
        expect(at?.line).toBeGreaterThan(0);
        expect(source?.includes('\n')).not.toBe(true);
        expect(message).not.toBe('');
      }
    }
  };

  test('bytes', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), total), { numRuns: 2000 }));

  test('text of what YAML is made of', () => {
    const token = fc.constantFrom(
      ...[
        'a',
        'b: ',
        '- ',
        '? ',
        ': ',
        '\n',
        '\r\n',
        '  ',
        '\t',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '&a ',
        '*a',
        '<<: ',
        '!t ',
        '!!str ',
        '|\n',
        '>-\n',
      ],
      ...[
        '"',
        "'",
        '#',
        '\\',
        '---\n',
        '...\n',
        '%YAML 1.2\n',
        '@',
        '`',
        '~',
        '0x1F',
        '1e999',
        '\0',
        '\ufeff',
        '😀',
        '__proto__: ',
        '{{ x }}',
      ],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => total(bytes(tokens.join('')))),
      { numRuns: 5000 },
    );
  });

  test('JSON is YAML, and comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (generated) => {
        // A whole number that JavaScript does not keep exactly is refused, and has a test of its own.
        const value = JSON.parse(JSON.stringify(generated), (_, v) =>
          Number.isInteger(v) && !Number.isSafeInteger(v) ? 1 : v,
        );
        expect(json(JSON.stringify(value))).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });
});
