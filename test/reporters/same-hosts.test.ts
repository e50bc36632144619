import { expect, test } from 'vitest';
import { sameHosts } from '../../src/reporters/same-hosts.ts';
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
