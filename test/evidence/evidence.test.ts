import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { pack } from '../../src/evidence/archive.ts';
import { type BundleFile, MANIFEST, type Manifest, manifestOf, manifestText } from '../../src/evidence/manifest.ts';
import { verify } from '../../src/evidence/verify.ts';

const file = (name: string, text: string): BundleFile => ({ name, bytes: new TextEncoder().encode(text) });
const FILES = [
  file('journals/a.jsonl', '{"a":1}\n'),
  file('report.json', '{}\n'),
  file('scripts/steps/x/apply.sh', 'true\n'),
];
const bundle = (files: readonly BundleFile[] = FILES, manifest: Manifest = manifestOf('run-1', files)) =>
  pack([file(MANIFEST, manifestText(manifest)), ...files]);
const manifest = manifestOf('run-1', FILES);
const problems = async (bytes: Uint8Array, head?: string) => (await verify(bytes, head)).problems;
const entries = (...names: string[]) =>
  names.flatMap((name) => manifest.entries.filter((entry) => entry.name === name));

describe('evidence', () => {
  it('is the same bytes for the same files, and whole', async () => {
    expect(await bundle()).toEqual(await bundle());
    expect(await verify(await bundle(), manifest.head)).toEqual({ manifest, problems: [] });
  });

  it('its head depends on every byte, name and place, and on the run', () => {
    const heads = [
      FILES,
      [...FILES].reverse(),
      FILES.slice(1),
      [...FILES, file('z', '')],
      [file('journals/b.jsonl', '{"a":1}\n'), ...FILES.slice(1)],
      [file('journals/a.jsonl', '{"a":2}\n'), ...FILES.slice(1)],
    ].map((files) => manifestOf('run-1', files).head);
    expect(new Set([...heads, manifestOf('run-2', FILES).head]).size).toBe(7);
  });

  it.each<[string, () => Promise<Uint8Array>, readonly (string | RegExp)[]]>([
    [
      'a changed file',
      () => bundle([file('journals/a.jsonl', '{"a":2}\n'), ...FILES.slice(1)], manifest),
      [/^journals\/a\.jsonl was changed: its SHA-256 is /],
    ],
    [
      'a longer file',
      () => bundle([file('journals/a.jsonl', '{"a":11}\n'), ...FILES.slice(1)], manifest),
      ['journals/a.jsonl was changed: it has 9 bytes, not 8'],
    ],
    ['a missing file', () => bundle(FILES.slice(1), manifest), ['journals/a.jsonl is missing']],
    [
      'an added file',
      () => bundle([...FILES, file('more', '')], manifest),
      ['more was added: the manifest does not name it'],
    ],
    ['a file twice', () => bundle([...FILES, ...FILES.slice(0, 1)], manifest), ['journals/a.jsonl is there twice']],
    ['another order', () => bundle([...FILES].reverse(), manifest), ['its files are in another order']],
    [
      'an entry taken out',
      () =>
        bundle([...FILES.slice(0, 1), ...FILES.slice(2)], {
          ...manifest,
          entries: entries('journals/a.jsonl', 'scripts/steps/x/apply.sh'),
        }),
      [/^the chain is broken before scripts\/steps\/x\/apply\.sh/],
    ],
    [
      'the last entry taken out',
      () => bundle(FILES.slice(0, 2), { ...manifest, entries: entries('journals/a.jsonl', 'report.json') }),
      [/^the chain does not end in its head/],
    ],
    [
      'an entry changed',
      () =>
        bundle([file('journals/a.jsonl', 'x'), ...FILES.slice(1)], {
          ...manifest,
          entries: [
            ...manifestOf('run-1', [file('journals/a.jsonl', 'x')]).entries.map((e) => ({
              ...e,
              chain: manifest.entries[0]?.chain ?? '',
            })),
            ...manifest.entries.slice(1),
          ],
        }),
      ['the chain is broken at journals/a.jsonl: its entry was changed'],
    ],
    ['another run', () => bundle(FILES, { ...manifest, run: 'run-2' }), [/^the chain is broken before journals/]],
    ['no manifest', () => pack(FILES), ['it does not begin with manifest.json']],
    ['nothing', async () => new Uint8Array(), [/./]],
    ['a text', async () => new TextEncoder().encode('hello'), [/^it is not what gzip has made/]],
    [
      'a newer one',
      () => pack([file(MANIFEST, JSON.stringify({ ...manifest, version: 2 }))]),
      ['manifest.json: it is of version 2; this unwedge reads version 1'],
    ],
    ['another JSON', () => pack([file(MANIFEST, '[]')]), ['manifest.json: it is no manifest of evidence']],
    [
      'a torn manifest',
      () => pack([file(MANIFEST, JSON.stringify({ ...manifest, entries: [{}] }))]),
      ['manifest.json: it has not the form of a manifest'],
    ],
  ])('tells of %s', async (_, made, expected) => {
    const told = await problems(await made());
    expect(told).toHaveLength(expected.length);
    for (const [i, wanted] of expected.entries()) expect(told[i]).toMatch(wanted);
  });

  it('made anew as a whole it is whole: only a head that was noted elsewhere tells', async () => {
    const other = await bundle([file('journals/a.jsonl', '{"a":2}\n'), ...FILES.slice(1)]);
    expect(await problems(other)).toEqual([]);
    expect(await problems(other, manifest.head)).toEqual([
      expect.stringMatching(/^its head is .*, not .*: it is another bundle/),
    ]);
  });

  const header = { name: 'x', size: 0, mode: 0o644, mtime: new Date(0) } as const;
  it.each<[string, Parameters<typeof packTar>[0][number], RegExp]>([
    ['a way out', { header: { ...header, name: '../../etc/passwd' } }, /by the name \.\.\/\.\.\/etc\/passwd/],
    ['an absolute path', { header: { ...header, name: '/etc/passwd' } }, /by the name \/etc\/passwd/],
    ['a name that steers terminals', { header: { ...header, name: 'a\u001b[2Jb' } }, /which no bundle has/],
    ['a symlink', { header: { ...header, type: 'symlink', linkname: '/etc/shadow' } }, /which is a symlink/],
    ['a hard link', { header: { ...header, type: 'link', linkname: '/etc/shadow' } }, /which is a link/],
    ['a device', { header: { ...header, type: 'character-device' } }, /which is a character-device/],
    ['a folder', { header: { ...header, type: 'directory', name: 'd/' } }, /which is a directory/],
    [
      'a name beside the name',
      { header: { ...header, pax: { comment: 'hidden' } } },
      /bytes that are in none of its files/,
    ],
  ])('refuses %s', async (_, entry, why) => {
    expect(await problems(gzipSync(await packTar([entry])))).toEqual([expect.stringMatching(why)]);
  });

  it('refuses a bomb without unpacking it', async () => {
    const zeros = new Uint8Array(64 * 1024 * 1024);
    const member = gzipSync(zeros);
    const bomb = Buffer.concat(Array.from({ length: 10 }, () => member));
    expect(await problems(bomb)).toEqual(['it unpacks to more than 536870912 bytes: no bundle does']);
  });

  it('any one byte less, more or other is told, if it changes what is in it', async () => {
    const whole = await bundle();
    // Bytes of gzip's own header say how it was packed, not what: flags, time, system.
    const edit = fc.record({
      at: fc.integer({ min: 10, max: whole.length - 1 }),
      kind: fc.constantFrom('cut', 'flip', 'add'),
      by: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, kind, by }) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const hurt = {
          cut: Buffer.from(whole).subarray(0, at),
          flip: bytes,
          add: Buffer.concat([whole, Buffer.of(by)]),
        }[kind];
        // One tar has many packed forms: bits that only fill a byte up may be any.
        if ((await problems(hurt ?? bytes)).length === 0)
          expect(gunzipSync(hurt ?? bytes).equals(gunzipSync(whole))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
