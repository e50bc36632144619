import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import type { Inventory } from '../../src/core/inventory.ts';
import { matchHosts, selectHosts } from '../../src/inventory/host-pattern.ts';

const groups: Record<string, string[]> = {
  all: ['web1', 'web2', 'web10', 'db1', 'db2', '2001:db8::1', 'ungrouped1'],
  ungrouped: ['2001:db8::1', 'ungrouped1'],
  web: ['web1', 'web2', 'web10'],
  db: ['db1', 'db2'],
  staging: ['web2', 'db2'],
  empty: [],
};
const inventory: Inventory = {
  hosts: (groups.all ?? []).map((name) => ({
    name,
    groups: Object.keys(groups).filter((g) => groups[g]?.includes(name)),
    vars: {},
  })),
  groups: new Map(Object.entries(groups)),
};

const match = (pattern: string): string[] => matchHosts(pattern, inventory).map((host) => host.name);

describe("a pattern has Ansible's meaning", () => {
  test.each([
    ['all', groups.all],
    ['*', groups.all],
    ['web', ['web1', 'web2', 'web10']],
    ['db1', ['db1']],
    ['web:db', ['web1', 'web2', 'web10', 'db1', 'db2']],
    ['db1,web2', ['db1', 'web2']],
    ['db1 , web2', ['db1', 'web2']],
    ['web:&staging', ['web2']],
    ['web:!staging', ['web1', 'web10']],
    ['!staging:web', ['web1', 'web10']],
    ['web:db:&staging:!db2', ['web2']],
    ['!web', ['db1', 'db2', '2001:db8::1', 'ungrouped1']],
    ['&staging', ['web2', 'db2']],
    ['web*', ['web1', 'web2', 'web10']],
    ['web?', ['web1', 'web2']],
    ['web[0]', ['web1']],
    ['web[-1]', ['web10']],
    ['web[0:1]', ['web1', 'web2']],
    ['web[1:]', ['web2', 'web10']],
    ['web[1-2]', ['web2', 'web10']],
    ['web[1:9]', ['web2', 'web10']],
    ['w[e]b[!1]*,db1', ['web2', 'db1']],
    ['~(web|db)2$', ['web2', 'db2']],
    ['~stag', ['web2', 'db2']],
    ['2001:db8::1', ['2001:db8::1']],
    ['web:2001*', ['web1', 'web2', 'web10', '2001:db8::1']],
    ['web.*', []],
  ])('%s', (pattern, expected) => {
    if (expected?.length) expect(match(pattern)).toEqual(expected);
    else expect(() => match(pattern)).toThrow('no host matches');
  });
});

describe('never all by mistake', () => {
  test.each([
    ['', "the host pattern '' is empty"],
    [',', "the host pattern ',' is empty"],
    [' : ', "the host pattern ' : ' is empty"],
    ['wbe', "no host or group is named 'wbe'"],
    ['web,db9', "no host or group is named 'db9'"],
    ['all:!stagign', "no host or group is named 'stagign'"],
    ['all:&stagign', "no host or group is named 'stagign'"],
    ['!', "the host pattern '!' names nothing"],
    ['web:!web', "no host matches 'web:!web'"],
    ['empty', "the group 'empty' has no hosts"],
    ['web[3]', "'web[3]': there are only 3 hosts"],
    ['web[:1]', "'web[:1]': a range needs its first number"],
    ['nothing*', "no host matches 'nothing*'"],
    ['~(', 'is no regular expression'],
    ['@retry', 'belongs into a limit'],
    ['toString', "no host or group is named 'toString'"],
  ])('%j', (pattern, message) => {
    expect(() => match(pattern)).toThrow(InputError);
    expect(() => match(pattern)).toThrow(message);
  });

  test('a misspelt name gets a suggestion', () => {
    expect(() => match('stagign')).toThrow(
      expect.objectContaining({ diagnostics: [expect.objectContaining({ todo: "did you mean 'staging'?" })] }),
    );
  });

  test('an inventory without hosts says so', () => {
    const none: Inventory = { hosts: [], groups: new Map([['all', []]]) };
    expect(() => matchHosts('all', none)).toThrow('the inventory has no hosts');
  });

  test('any text selects hosts of the inventory, at least one, or is refused', () => {
    const part = fc.constantFrom(
      'web',
      'db1',
      'all',
      'x',
      ':',
      ',',
      '!',
      '&',
      '*',
      '?',
      '[',
      ']',
      '0',
      '1',
      '-',
      '~',
      '(',
      '|',
      '\\',
      '^',
      '$',
      '{',
      ' ',
      '::',
    );
    const text = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (pattern) => {
        try {
          expect(match(pattern).length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).toMatch(pattern.includes('~') ? /^/ : REFUSALS);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a glob that a host fits selects it, whatever the host is named', () => {
    const letters = [...'abz019AZ-._%@+äß日'];
    const name = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 });
    const globbed = name
      .filter((host) => !/^[-@]/.test(host))
      .chain((host) =>
        fc.tuple(
          fc.constant(host),
          fc.tuple(...[...host].map(fitting)).map((parts) => parts.join('')),
        ),
      );
    fc.assert(
      fc.property(globbed, ([host, glob]) => {
        const one: Inventory = {
          hosts: [{ name: host, groups: ['all'], vars: {} }],
          groups: new Map([['all', [host]]]),
        };
        expect(matchHosts(`${glob}*`, one).map(({ name }) => name)).toEqual([host]);
        expect(matchHosts(`${host},${glob}*`, one).map(({ name }) => name)).toEqual([host]);
      }),
      { numRuns: 300 },
    );
  });
});

/** All that may be wrong with a pattern that is no regular expression. */
const REFUSALS =
  /^(no host or group is named|no host matches|the host pattern '.*' (is empty|names nothing)|the group '.*' has no hosts|a file of hosts \(.*\) belongs into a limit|'.*': (there are only \d+ hosts|a range needs its first number))/s;

/** A part of a glob that this character fits. */
const fitting = (character: string) =>
  fc.constantFrom(character, '?', '*', `[${character}]`, `[${character}x-y]`, `[0${character}]`, '[!x]');

describe('under a limit', () => {
  const select = (pattern: string, limit?: string): string[] =>
    selectHosts(pattern, limit, inventory).map((host) => host.name);

  test('both must name the host', () => {
    expect(select('web')).toEqual(['web1', 'web2', 'web10']);
    expect(select('web', 'staging')).toEqual(['web2']);
    expect(select('web', '!staging')).toEqual(['web1', 'web10']);
    expect(select('web', 'db')).toEqual([]);
  });

  test('an empty limit and a typo in it are refused', () => {
    expect(() => select('web', ',')).toThrow('is empty');
    expect(() => select('web', 'wbe1')).toThrow(
      expect.objectContaining({
        diagnostics: [
          expect.objectContaining({
            message: "no host or group is named 'wbe1'",
            todo: "did you mean 'web1'?",
            at: { file: '--limit', line: 1, column: 1 },
            source: 'wbe1',
          }),
        ],
      }),
    );
  });
});
