import { expect, test } from 'vitest';
import { sameHosts, sameItems } from '../../src/reporters/same-hosts.ts';
import { hosts } from './scenarios.ts';

const byHost = (n: number, lines: (i: number) => string[]) => new Map(hosts(n).map((host, i) => [host, lines(i)]));
const containerId = (i: number) => `648fcdd4547${i % 10}`;

test('hosts with the same lines, in whatever order, are told together', () => {
  expect(
    sameHosts(
      byHost(2, (i) => (i === 0 ? ['a', 'b'] : ['b', 'a'])),
      false,
    ),
  ).toEqual(['2 hosts: web-1, web-2', '  a', '  b']);
});

test('up to ten hosts, every id is shown', () => {
  expect(
    sameHosts(
      byHost(2, (i) => [`remove ${containerId(i)}`]),
      false,
    ),
  ).toEqual([...['1 host: web-1', '  remove 648fcdd45470'], ...['1 host: web-2', '  remove 648fcdd45471']]);
});

test('on more hosts, ids, pids and namespaces are folded and counted', () => {
  const lines = byHost(11, (i) => [
    `remove ${containerId(i)}`,
    `remove ${containerId(i + 1)}`,
    `pid ${i} in mnt:[402653${i}]`,
  ]);
  expect(sameHosts(lines, false)).toEqual([
    '11 hosts: web-1, web-2, web-3, web-4, web-5, web-6, web-7, web-8 … (+3)',
    '  remove <id>  (22 in all)',
    '  pid <n> in mnt:[<n>]',
  ]);
});

test('words and short numbers are not ids', () => {
  expect(
    sameHosts(
      byHost(11, () => ['mode 0644 of effaceable deadbeeffeed']),
      false,
    ),
  ).toContain('  mode 0644 of effaceable deadbeeffeed');
});

test('where exact lines are wanted, nothing is folded', () => {
  expect(
    sameHosts(
      byHost(11, (i) => [`remove ${containerId(i)}`]),
      true,
    ),
  ).toContain('  remove 648fcdd45473');
});

test('an item of several lines has them below it; neighbours share what is below them', () => {
  const items = byHost(1, () => []);
  const told = sameHosts(
    new Map(
      [...items].map(([host]) => [
        host,
        [
          ['a', '  x'],
          ['b', '  x'],
          ['c', '  y'],
        ] as const,
      ]),
    ),
    false,
  );
  expect(told).toEqual(['1 host: web-1', '  a', '  b', '    x', '  c', '    y']);
});

test('no line break of a host makes a line', () => {
  expect(sameHosts(new Map([['h', [['a\nb', '  c\rd'] as const]]]), false)).toEqual([
    '1 host: h',
    '  a | b',
    '    c | d',
  ]);
});

test('by item: each is told once, with all the hosts that have it', () => {
  const items = byHost(3, (i) => (i === 1 ? ['own', 'both', 'both'] : ['both']));
  expect(sameItems(items, false)).toEqual([
    ...['3 hosts: web-1, web-2, web-3', '  both  (4 in all)'],
    ...['1 host: web-2', '  own'],
  ]);
});
