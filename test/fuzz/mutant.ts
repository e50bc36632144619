import fc from 'fast-check';

/** What people and programs leave in a file by mistake. */
const SCRAPS = [
  ...[
    '\t',
    '\r',
    '\0',
    '\ufeff',
    '\u2028',
    ' ',
    '\n',
    '\n\n',
    '  ',
    '- ',
    ': ',
    ':',
    '#',
    ' #',
    '"',
    "'",
    '`',
    '@',
    '%',
    '!',
    '&a ',
    '*a',
  ],
  ...[
    '<<: *a',
    '[',
    ']',
    '{',
    '}',
    ',',
    '|',
    '>',
    '|\n',
    '? ',
    '---\n',
    '...\n',
    '{{',
    '}}',
    '{{ ',
    '{% ',
    '\\',
    '\\x',
    '!!str ',
    '!vault ',
  ],
  ...[
    '__proto__: ',
    'constructor',
    'no',
    '0644',
    '12:30:00',
    '1e999',
    '.nan',
    '~',
    'null',
    '[1:3]',
    '[a:',
    '=',
    "k='",
    ':vars]',
    ':children]\n',
  ],
  ...[
    'when: ',
    'loop: ',
    'register: found\n',
    'steps:\n',
    'block:\n',
    'include: x\n',
    'hosts: ',
    'tags: ',
    'serial: 0\n',
    'found.',
    '()',
    '&&',
    ' | ',
  ],
].map((scrap) => Buffer.from(scrap));
const TORN = [
  Buffer.of(0xff),
  Buffer.of(0xc3),
  Buffer.of(0xed, 0xa0, 0x80),
  Buffer.of(0xf4, 0x90, 0x80, 0x80),
  Buffer.of(0x1b, 0x5b),
];

/** At a place, given as a part of the whole, so many bytes are replaced; by the line behind another place where none are given. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly put: Buffer | number;
}
const part = fc.double({ min: 0, max: 1, noNaN: true });
const edit: fc.Arbitrary<Edit> = fc.record({
  at: part,
  length: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 })),
  put: fc.oneof(fc.constantFrom(Buffer.of(), ...SCRAPS, ...TORN), part),
});

const placeIn = (bytes: Buffer, place: number): number => Math.floor(place * bytes.length);

function edited(bytes: Buffer, { at, length, put }: Edit): Buffer {
  const from = placeIn(bytes, at);
  const instead = typeof put === 'number' ? lineBehind(bytes, placeIn(bytes, put)) : put;
  return Buffer.concat([bytes.subarray(0, from), instead, bytes.subarray(from + length)]);
}

function lineBehind(bytes: Buffer, place: number): Buffer {
  const start = bytes.indexOf('\n', place) + 1;
  return bytes.subarray(start, bytes.indexOf('\n', start) + 1);
}

/** Good and bad files with a few mistakes more. */
export const mutants = (files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...files), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([file, edits]) => edits.reduce<Buffer>(edited, Buffer.from(file)));
