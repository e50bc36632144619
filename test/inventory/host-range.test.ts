import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandHosts } from '../../src/inventory/host-range.ts';

describe('what a host entry stands for', () => {
  test.each<[string, string[], number?]>([
    ['web', ['web']],
    ['web[1:3]', ['web1', 'web2', 'web3']],
    ['web[01:10:4].x', ['web01.x', 'web05.x', 'web09.x']],
    ['db-[a:e:2]', ['db-a', 'db-c', 'db-e']],
    ['db-[y:B]', ['db-y', 'db-z', 'db-A', 'db-B']],
    ['[1:2]-[a:b]', ['1-a', '1-b', '2-a', '2-b']],
    ['w[:2]', ['w0', 'w1', 'w2']],
    ['w[099:101]', ['w099', 'w100', 'w101']],
    ['web:22', ['web'], 22],
    ['web[1:2]:2222', ['web1', 'web2'], 2222],
    ['2001:db8::1', ['2001:db8::1']],
    ['[2001:db8::1]:22', ['2001:db8::1'], 22],
    ['fe80::1%eth0', ['fe80::1%eth0']],
    ['bücher.example', ['bücher.example']],
  ])('%s', (entry, names, port) =>
    expect(expandHosts(entry)).toEqual(port === undefined ? { names } : { names, port }),
  );

  test.each([
    ['web[1:', 'holds ['],
    ['web[]', 'is no range'],
    ['web[3:1]', 'runs backwards'],
    ['web[b:a]', 'runs backwards'],
    ['web[01:100]', 'as many digits'],
    ['web:0', 'port 0'],
    ['web:', "'web:' can't be a host name: it holds : but is no IPv6 address"],
    ['-web', 'begins with -'],
    ['a b', 'white space'],
    ['a\u202eb', 'control character'],
    ['a/../b', 'holds /'],
    ['', 'empty'],
  ])('%j is refused', (entry, problem) =>
    expect(expandHosts(entry)).toMatchObject({ problem: expect.stringContaining(problem) }),
  );
});

describe('any entry', () => {
  const entry = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc
      .array(fc.constantFrom('web', '[', ']', ':', '1', '01', '9', 'a', 'f', '-', '999999999', '.', '22', '::'), {
        maxLength: 14,
      })
      .map((p) => p.join('')),
  );

  test('gives safe names or a problem', () => {
    fc.assert(
      fc.property(entry, (text) => {
        const expanded = expandHosts(text);
        if ('problem' in expanded) {
          expect(expanded.problem).not.toBe('');
          return;
        }
        expect(expanded.names.length).toBeGreaterThan(0);
        for (const name of expanded.names) expect(name).toMatch(/^[^-\s][^\s]*$/);
      }),
      { numRuns: 3000 },
    );
  });

  test('a range has as many names as it says', () => {
    const range = fc.tuple(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(range, ([first, length, step]) => {
        const expanded = expandHosts(`h[${first}:${first + length}:${step}]`);
        expect('names' in expanded && expanded.names.length).toBe(Math.floor(length / step) + 1);
      }),
    );
  });
});
