import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEscapes,
  encodeEscapes,
  type MountEntry,
  parseMountinfo,
  printMountinfo,
  withoutDeletedMark,
} from '../../src/docker/mountinfo.ts';

const corpus = new URL('../corpus/mountinfo/', import.meta.url);
const corpusText = (name: string) => readFileSync(new URL(`${name}.mountinfo`, corpus), 'latin1');
const corpusFiles = readdirSync(corpus)
  .filter((name) => name.endsWith('.mountinfo'))
  .map((name) => name.replace('.mountinfo', ''));

const VICTIM_LAYER = 'cc5a7876ef9e97aabf1788af4fadbe40d6aea9a7a26863b4844cdfdc2ec038fb';
const VICTIM_MERGED = `/data/docker/overlay2/${VICTIM_LAYER}/merged`;
const mountsOf = (name: string, device: string) =>
  parseMountinfo(corpusText(name)).entries.filter((entry) => entry.device === device);

/** A field as bytes: anything but NUL, which no path holds. */
const bytes = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  minLength: 1,
});
const path = bytes.map((name) => `/${name}`);
const peerGroup = fc.option(fc.nat(), { nil: undefined });

const arbitraryEntry: fc.Arbitrary<MountEntry> = fc
  .record({
    id: fc.nat(),
    parent: fc.nat(),
    device: fc.tuple(fc.nat(), fc.nat()).map((pair) => pair.join(':')),
    root: fc.oneof(
      path,
      path.map((name) => `${name}//deleted`),
      fc.constant('net:[4026532187]'),
    ),
    mountpoint: path,
    options: fc.array(bytes, { minLength: 1 }),
    shared: peerGroup,
    master: peerGroup,
    propagateFrom: peerGroup,
    unbindable: fc.boolean(),
    fstype: bytes,
    source: fc.oneof(bytes, fc.constant('')),
    superOptions: fc.array(bytes),
  })
  .map(({ shared, master, propagateFrom, ...rest }) => ({
    ...rest,
    ...(shared === undefined ? {} : { shared }),
    ...(master === undefined ? {} : { master }),
    ...(propagateFrom === undefined ? {} : { propagateFrom }),
    deleted: rest.root.endsWith('//deleted') || rest.mountpoint.endsWith('//deleted'),
  }));

describe('parse and print', () => {
  it('parsing what was printed gives the same entries', () => {
    fc.assert(
      fc.property(fc.array(arbitraryEntry), (entries) => {
        expect(parseMountinfo(printMountinfo(entries))).toEqual({
          entries,
          bad: [],
        });
      }),
    );
  });

  it('decoding what was encoded gives the same bytes', () => {
    fc.assert(
      fc.property(bytes, (text) => {
        expect(decodeEscapes(encodeEscapes(text, '#,'))).toBe(text);
      }),
    );
  });

  it('takes any text, and accounts for every line that is not empty', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant('1 2 0:3 / /x rw - tmpfs none rw'))), (lines) => {
        const text = lines.join('\n');
        const { entries, bad } = parseMountinfo(text);
        expect(entries.length + bad.length).toBe(text.split('\n').filter((line) => line !== '').length);
      }),
    );
  });

  it.each(corpusFiles)('prints %s back byte for byte', (name) => {
    const text = corpusText(name);
    const { entries, bad } = parseMountinfo(text);
    expect(bad).toEqual([]);
    expect(printMountinfo(entries)).toBe(text);
  });
});

describe('fields', () => {
  const only = (line: string) => {
    const { entries, bad } = parseMountinfo(line);
    expect(bad).toEqual([]);
    const [entry] = entries;
    if (entry === undefined) throw new Error(`no entry in ${line}`);
    return entry;
  };

  it('reads every field', () => {
    expect(
      only('36 35 98:0 /mnt1 /mnt2 rw,noatime shared:2 master:1 propagate_from:7 - ext3 /dev/root rw,errors=continue'),
    ).toEqual({
      id: 36,
      parent: 35,
      device: '98:0',
      root: '/mnt1',
      mountpoint: '/mnt2',
      options: ['rw', 'noatime'],
      shared: 2,
      master: 1,
      propagateFrom: 7,
      unbindable: false,
      deleted: false,
      fstype: 'ext3',
      source: '/dev/root',
      superOptions: ['rw', 'errors=continue'],
    });
  });

  it('has no peer group without optional fields', () => {
    const entry = only('36 35 98:0 / /mnt rw - tmpfs none rw');
    expect(entry).not.toHaveProperty('shared');
    expect(entry).not.toHaveProperty('master');
  });

  it('knows unbindable and skips tags it does not know', () => {
    expect(only('36 35 98:0 / /mnt rw unbindable later:9 - tmpfs none rw')).toMatchObject({ unbindable: true });
  });

  it('decodes blank, tab, newline, backslash and number sign', () => {
    const entry = only('1 2 0:3 / /a\\040b\\011c\\012d\\134e rw - tmpfs no\\043ne rw');
    expect(entry).toMatchObject({
      mountpoint: '/a b\tc\nd\\e',
      source: 'no#ne',
    });
  });

  it('splits options before it decodes them', () => {
    expect(only('1 2 0:3 / /m rw - overlay overlay rw,upperdir=/a\\054b').superOptions).toEqual([
      'rw',
      'upperdir=/a,b',
    ]);
  });

  it('takes a mount without a source', () => {
    expect(only('1 2 0:3 / /m rw - tmpfs  rw').source).toBe('');
  });

  it.each([
    ['root', '1 2 0:3 /x//deleted /m rw - tmpfs none rw'],
    ['mountpoint', '1 2 0:3 / /m//deleted rw - tmpfs none rw'],
  ])('sees the deleted mark on the %s', (_, line) => {
    expect(only(line).deleted).toBe(true);
  });

  it('strips the deleted mark, and nothing else', () => {
    expect(withoutDeletedMark('/x//deleted')).toBe('/x');
    expect(withoutDeletedMark('/x/deleted')).toBe('/x/deleted');
  });

  it('keeps bytes that are not UTF-8', () => {
    const path = Buffer.from([0x2f, 0xff, 0xfe, 0x20, 0x80]).toString('latin1');
    const line = `1 2 0:3 / ${encodeEscapes(path)} rw - tmpfs none rw`;
    expect(Buffer.from(only(line).mountpoint, 'latin1')).toEqual(Buffer.from([0x2f, 0xff, 0xfe, 0x20, 0x80]));
  });

  it('takes a line longer than a page', () => {
    const lower = Array.from(
      { length: 120 },
      (_, index) => `/data/docker/overlay2/l/LAYER${index}AAAAAAAAAAAAAAAAAAAA`,
    );
    const line = `1 2 0:3 / /m rw - overlay overlay rw,lowerdir=${lower.join(':')},upperdir=/u`;
    expect(line.length).toBeGreaterThan(4096);
    expect(only(line).superOptions.at(-1)).toBe('upperdir=/u');
  });
});

describe('lines that are no mount', () => {
  it.each([
    ['nonsense', 'no " - "'],
    ['1 2 0:3 / /m rw', 'no " - "'],
    ['x 2 0:3 / /m rw - tmpfs none rw', 'mount ids'],
    ['1 2 03 / /m rw - tmpfs none rw', 'major:minor'],
    ['1 2 0:3  /m rw - tmpfs none rw', 'empty root'],
    ['1 2 0:3 / /m rw - tmpfs none', 'three fields'],
  ])('%j is reported with its place and reason', (line, why) => {
    const { entries, bad } = parseMountinfo(`1 2 0:3 / /ok rw - tmpfs none rw\n${line}\n`);
    expect(entries).toHaveLength(1);
    expect(bad).toEqual([{ line: 2, text: line, why: expect.stringContaining(why) }]);
  });
});

describe('what the corpus is known to hold (corpus/mountinfo/README.md)', () => {
  it.each([
    ['20.10-dockerd-ns', VICTIM_MERGED, { shared: 124 }],
    ['20.10-leak-unchanged-shared', VICTIM_MERGED, { shared: 124 }],
    ['20.10-leak-slave', VICTIM_MERGED, { master: 124 }],
    ['20.10-nodeexp', `/rootfs${VICTIM_MERGED}`, { master: 124 }],
    ['20.10-victim-own-ns', '/', { master: 124 }],
  ])('%s has the victim at %s', (name, mountpoint, group) => {
    const [mount, ...others] = mountsOf(name, '0:72');
    expect(mount).toMatchObject({ mountpoint, ...group });
    expect(mount?.superOptions).toContain(`upperdir=/data/docker/overlay2/${VICTIM_LAYER}/diff`);
    expect(others).toEqual([]);
  });

  it('the private leak belongs to no peer group', () => {
    const [mount] = mountsOf('20.10-leak-private', '0:72');
    expect(mount?.mountpoint).toBe(VICTIM_MERGED);
    expect(mount).not.toHaveProperty('shared');
    expect(mount).not.toHaveProperty('master');
  });

  it('fluentd, with the containers directory bound, sees the shm of the victim', () => {
    const [mount] = mountsOf('20.10-fluentd', '0:74');
    expect(mount).toMatchObject({
      fstype: 'tmpfs',
      source: 'shm',
      master: 125,
    });
    expect(mount?.mountpoint).toMatch(/^\/var\/lib\/docker\/containers\/8c925c53612c[0-9a-f]{52}\/mounts\/shm$/);
  });

  it('escapes-and-deleted holds a blank, a backslash and a removed source', () => {
    const { entries } = parseMountinfo(corpusText('escapes-and-deleted'));
    expect(entries.find((entry) => entry.id === 369)).toMatchObject({
      mountpoint: '/tmp/sp ace/a\\b',
      source: 'no ne',
    });
    expect(entries.find((entry) => entry.id === 370)).toMatchObject({
      root: '/tmp/delme/x//deleted',
      deleted: true,
    });
  });
});

it('super options with raw blanks, as 9p and cifs print them, are the rest of the line', () => {
  const line = String.raw`78 60 0:31 / /mnt/c rw,noatime - 9p drvfs rw,aname=drvfs;path=C:\Program Files\Docker;uid=0,msize=65536`;
  const { entries, bad } = parseMountinfo(`${line}
`);
  expect(bad).toEqual([]);
  expect(entries[0]?.superOptions).toEqual([
    'rw',
    String.raw`aname=drvfs;path=C:\Program Files\Docker;uid=0`,
    'msize=65536',
  ]);
});
