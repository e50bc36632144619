import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { CATALOGUE } from '../../../src/docker/finding-catalogue.ts';
import { commandsFor } from '../../../src/reports/html/commands.ts';
import { fleetOf } from '../../../src/reports/html/fleet.ts';
import { graphOf, NODE } from '../../../src/reports/html/graph-layout.ts';
import { type HeldMounts, heldMounts } from '../../../src/reports/html/held-mounts.ts';
import { htmlReport } from '../../../src/reports/html/index.ts';
import { ANY, matching, type Query } from '../../../src/reports/html/query.ts';
import { hashOf, routeOf } from '../../../src/reports/html/route.ts';
import { sameHosts } from '../../../src/reports/html/same-hosts.ts';
import { statusWord, verdict } from '../../../src/reports/html/words.ts';
import { agent, aRun, away, binds, el7, fleet, found, host, hostile, ntpd, reportOf, stuck } from './sample-report.ts';

describe('the file', () => {
  const text = htmlReport(fleet(300), CATALOGUE);
  const inTag = (tag: RegExp): string => tag.exec(text)?.[1] ?? '';

  it('is the same each time, small, and names no other file or place', () => {
    expect(htmlReport(fleet(300), CATALOGUE)).toBe(text);
    expect(htmlReport(fleet(1000), CATALOGUE).length).toBeLessThan(1_000_000);
    expect(text.match(/(src|href|url)\s*[=(]\s*["']?(https?:|\/\/|file:)[^"')]*/g)).toBeNull();
  });

  it('lets only its own program and style be used, by their hashes', () => {
    const policy = inTag(/Content-Security-Policy" content="([^"]*)"/);
    const hash = (part: string) => `'sha256-${createHash('sha256').update(part).digest('base64')}'`;
    expect(policy).toContain(`default-src 'none'; script-src ${hash(inTag(/<script>(.*?)<\/script>/s))};`);
    expect(policy).toContain(`style-src ${hash(inTag(/<style>(.*?)<\/style>/s))};`);
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it('holds the report as it is, whatever hosts say, and of the catalogue only what it needs', () => {
    for (const report of [fleet(3), hostile(), aRun('run')]) {
      const json = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(
        htmlReport(report, CATALOGUE),
      )?.[1];
      const told = JSON.parse(json ?? '');
      expect(told.report).toEqual(JSON.parse(JSON.stringify(report)));
      const codes = report.hosts.flatMap(({ findings, gone }) => [...findings, ...gone].map(({ code }) => code));
      expect(Object.keys(told.texts)).toEqual(expect.not.arrayContaining(['UW313']));
      expect(codes.filter((code) => code !== 'UW999')).toEqual(expect.arrayContaining(Object.keys(told.texts)));
    }
  });
});

describe('hosts of which the same is told', () => {
  const groups = sameHosts(fleetOf(fleet(300)));

  it('are one row; the worst come first, and of these the fewest', () => {
    expect(groups.map(({ standing, codes, hosts }) => [standing, codes.join(' '), hosts.length])).toEqual([
      ['critical', 'UW002', 2],
      ['critical', 'UW001 UW301 UW309', 5],
      ['warning', 'UW301', 22],
      ['warning', 'UW309', 28],
      ['unknown', '', 3],
      ['clean', '', 240],
    ]);
    expect(groups.flatMap(({ hosts }) => hosts)).toHaveLength(300);
  });

  it('tell who holds, and why, on how many', () => {
    expect(groups[0]?.heldBy).toEqual([['unit ntpd.service', 2]]);
    expect(groups[4]?.reasons).toEqual([['ssh to …: Connection timed out after 10 s', 3]]);
  });

  it('with another outcome are another row', () => {
    const report = reportOf([host('a', [el7()]), host('b', [el7()], { status: 'failed', reason: { message: 'm' } })]);
    expect(sameHosts(fleetOf(report)).map(({ status }) => status)).toEqual(['failed', 'ok']);
  });
});

describe('in a dry run', () => {
  const report = reportOf([host('a', [], { status: 'changed', gone: [stuck('payments', agent)] })], { kind: 'check' });

  it('what a run would take away is there still', () => {
    expect(fleetOf(report)[0]).toMatchObject({ standing: 'critical', codes: ['UW001'] });
    expect(fleetOf({ ...report, kind: 'run' })[0]).toMatchObject({ standing: 'clean', codes: [] });
  });

  it('and the verdict says so', () => {
    const told = (kind: 'check' | 'run') => verdict({ ...report, kind }, fleetOf({ ...report, kind }));
    expect(told('check')).toEqual(['Something is stuck or broken on 1 of 1 host.']);
    expect(told('run')).toEqual(['Nothing is stuck or broken on 1 host.', '1 finding is no longer there.']);
  });
});

it('nothing found where nobody could look is no good news', () => {
  const report = reportOf([host('a'), away('b')]);
  expect(fleetOf(report).map(({ standing }) => standing)).toEqual(['clean', 'unknown']);
  expect(verdict(report, fleetOf(report))).toEqual([
    'Nothing is stuck or broken on the hosts that were looked at.',
    '1 host did not get to the end: 1 unreachable.',
  ]);
});

it('a host is not called ok because it could be looked at', () => {
  expect(statusWord('ok', 'audit').word).toBe('looked at');
  expect(statusWord('ok', 'run').word).toBe('ok');
});

describe('a query', () => {
  const all = fleetOf(fleet(300));
  const names = (query: Partial<Query>) => matching(all, { ...ANY, ...query }).map(({ report }) => report.host);

  it('asks for all of its words, anywhere in what is told, in any case', () => {
    expect(names({ q: 'NTPD  web' })).toEqual(['web-74']);
    expect(names({ q: 'fs.may_detach_mounts payments' })).toHaveLength(5);
    expect(names({ q: '<' })).toEqual([]);
  });

  it('sorts numbers in names by their size, and both ways', () => {
    expect(names({ sort: 'host' }).slice(0, 11).at(-1)).toBe('db-11');
    expect(names({ sort: 'host', order: 'down' })).toEqual(names({ sort: 'host' }).reverse());
  });

  it('filters by who holds, what kind that is, group, outcome and what was in force', () => {
    expect(names({ held: 'unit ntpd.service' })).toEqual(names({ holder: 'unit' }));
    expect(names({ group: 'el7' })).toHaveLength(60);
    expect(names({ status: 'unreachable' })).toHaveLength(3);
    expect(names({ enforced: 'uid', code: '' })).toHaveLength(2);
  });

  it('survives the way through an address', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 1, max: 99 }), (q, held, name, page) => {
        const query: Query = { ...ANY, q, held, page, sort: 'host', order: 'down' };
        expect(routeOf(hashOf({ view: 'hosts', query }))).toEqual({ view: 'hosts', query });
        expect(routeOf(hashOf({ view: 'host', name }))).toEqual({ view: 'host', name });
      }),
    );
  });

  it('of nonsense is the overview or all hosts, and no error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (hash) => void routeOf(hash)));
    expect(routeOf('#/hosts?page=-1&sort=constructor&order=x')).toEqual({ view: 'hosts', query: ANY });
    expect(hashOf({ view: 'host', name: 'a\ud800' })).toBe('#/host/a%EF%BF%BD');
  });
});

describe('the graph', () => {
  const heldOf = (...findings: Parameters<typeof heldMounts>) => findings.flatMap((one) => heldMounts(one) ?? []);

  it('has each thing once: two containers that one service holds', () => {
    const { nodes, edges } = graphOf([...heldOf(stuck('a', ntpd)), ...heldOf(stuck('b', ntpd))]);
    expect([0, 1, 2, 3].map((column) => nodes.filter((node) => node.column === column).length)).toEqual([2, 4, 1, 1]);
    expect(edges).toHaveLength(4 + 4 + 1);
  });

  it('has no node over another, however many there are, and says what it leaves out', () => {
    const mount = fc.record({
      path: fc.constantFrom('/a', '/b', '/c'),
      mountpoint: fc.constant('/m'),
      namespace: fc.constantFrom('1', '2', '3'),
      propagation: fc.constant('private'),
    });
    const held: fc.Arbitrary<HeldMounts> = fc.record({
      container: fc.constantFrom('x', 'y', 'z'),
      mounts: fc.array(mount, { minLength: 1, maxLength: 6 }),
      holder: fc.constantFrom(agent, ntpd),
      refused: fc.constantFrom([], ['it is locked']),
    });
    fc.assert(
      fc.property(fc.array(held, { maxLength: 15 }), (all) => {
        const { nodes, height, left } = graphOf(all);
        for (const a of nodes) {
          expect(a.y + NODE.height).toBeLessThanOrEqual(height);
          for (const b of nodes)
            if (a !== b && a.column === b.column) expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(NODE.height);
        }
        expect(left).toBe(Math.max(0, all.flatMap(({ mounts }) => mounts).length - 40));
      }),
    );
  });

  it('marks where nothing may be unmounted', () => {
    const finding = stuck('a', agent);
    const refused = { ...finding, data: { ...finding.data, refused: ['the kernel holds it fast'] } };
    expect(graphOf(heldOf(refused)).edges.filter((edge) => edge.refused)).toHaveLength(3);
  });

  it('is drawn of what a finding says, and of nothing else', () => {
    expect(heldMounts(binds('cadvisor'))).toBeUndefined();
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('container', 'mounts', 'holder', 'refused'), fc.jsonValue()),
        (data) => {
          heldMounts(found('UW001', { data: data as JsonObject }));
        },
      ),
    );
  });
});

describe('what to run', () => {
  const commands = (...args: Parameters<typeof reportOf>) => {
    const report = reportOf(...args);
    return commandsFor(report, fleetOf(report)).flatMap(({ lines }) => lines);
  };

  it('is what the findings name, the worst first, without a change first, on the hosts that have them', () => {
    expect(commands([host('b', [el7()]), host('a', [stuck('x', ntpd), el7()]), host('c')])).toEqual([
      'unwedge run free-dead-containers -i INVENTORY -l a --check',
      'unwedge run free-dead-containers -i INVENTORY -l a',
      'unwedge run detach-mounts -i INVENTORY -l b,a --check',
      'unwedge run detach-mounts -i INVENTORY -l b,a',
    ]);
  });

  it('is the run itself after a dry run; going on and taking back after a run', () => {
    const { hosts, ...check } = aRun('check');
    expect(commands(hosts, check)).toEqual(['unwedge run free-dead-containers -i INVENTORY -l changed-host']);
    expect(commands(hosts, { ...check, kind: 'run' })).toEqual([
      'unwedge runs show 20261122T030000Z-k2fd',
      'unwedge resume 20261122T030000Z-k2fd',
      'unwedge rollback 20261122T030000Z-k2fd',
    ]);
    expect(commands([host('a')], { kind: 'run' })).toEqual(['unwedge runs show 20261122T030000Z-k2fd']);
  });

  it('is for a shell one word where a name is one, and never without a limit', () => {
    const names = ["it's", '$(id)', 'a b', '`id`', '*', ';id', '"', '\\', '&'];
    const [line = ''] = commands(names.map((name) => host(name, [el7()])));
    const words = execFileSync('sh', ['-c', `set -f; set -- ${line}; printf '%s\\n' "$@"`], { encoding: 'utf8' });
    expect(words.trimEnd().split('\n').slice(-3)).toEqual(['-l', names.join(','), '--check']);
    expect(commands([host('a\nb', [el7()]), host('c\u202e', [el7()])])).toEqual([]);
  });

  it('is nothing that a host has written', () => {
    const remedy = 'restart it: docker restart unwedge run playbooks/../../x.yaml; unwedge run /tmp/x.yaml';
    expect(commands([host('a', [found('UW001', { remedy })])])).toEqual([]);
  });
});
