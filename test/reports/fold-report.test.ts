import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { foundNow, type HostReport, type Report } from '../../src/core/report.ts';
import { foldJournal } from '../../src/journal/fold-journal.ts';
import { reportOf } from '../../src/reports/fold-report.ts';
import { anyRun, applying, at, change, RUN, started } from '../journal/sample-events.ts';
import { failureRolledBack, remove, Script, threeHosts } from '../reporters/scenarios.ts';

const stuck: Finding = {
  ...{ code: 'UW001', severity: 'critical', subject: 'container x', message: 'm', remedy: 'r', evidence: [] },
};
const hostOf = (report: Report, name: string): HostReport => {
  const host = report.hosts.find(({ host }) => host === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
};
const statuses = (report: Report) => Object.fromEntries(report.hosts.map(({ host, status }) => [host, status]));

test('a run: its hosts in its order, how each ended and why, and what became of each change', () => {
  const report = reportOf('run', threeHosts());
  expect(report).toMatchObject({ version: 1, kind: 'run', startedAt: '2024-06-01T03:00:00.000Z' });
  expect(report.finishedAt).toBe('2024-06-01T03:00:07.000Z');
  expect(statuses(report)).toEqual({ 'web-1': 'changed', 'web-2': 'ok', 'web-3': 'unreachable' });
  expect(hostOf(report, 'web-3').reason?.message).toContain('No route to host');
  expect(hostOf(report, 'web-1').changes.map(({ step, state }) => [step, state])).toEqual([
    ['umount', 'applied'],
    ['rm_dead', 'applied'],
  ]);
});

test('a check: all that a run would change is planned, and what it may change says so', () => {
  const events = new Script().started('check', ['a']).host('a').step('a', 'rm_dead', 0);
  events.planned('a', 'rm_dead', [remove(1), remove(2, true)]).stepEnds('a', 'rm_dead', 'changed', 2);
  const { changes } = hostOf(reportOf('check', events.hostEnds('a', 'changed', 2).ended()), 'a');
  expect(changes.map(({ state, may }) => [state, may])).toEqual([
    ['planned', undefined],
    ['planned', true],
  ]);
});

test('in a check a finding that a run would take away is still there; after a run it is gone', () => {
  const story = (mode: 'check' | 'run') =>
    new Script()
      .started(mode, ['a'])
      .host('a')
      .found('a', 'scan', [stuck])
      .found('a', 'scan', [])
      .hostEnds('a', 'ok')
      .ended();
  for (const kind of ['check', 'run'] as const) {
    const report = reportOf(kind, story(kind));
    const host = hostOf(report, 'a');
    expect([host.findings, host.gone]).toEqual([[], [stuck]]);
    expect(foundNow(report, host)).toEqual(kind === 'check' ? [stuck] : []);
  }
});

test('of a step that failed, what it had not begun is still planned, once, however often it was tried', () => {
  const events = new Script().started('run', ['a']).host('a').step('a', 'rm_dead', 0);
  events.planned('a', 'rm_dead', [remove(1), remove(2)]).applied('a', 'rm_dead', 0, remove(1));
  events.planned('a', 'rm_dead', [remove(2)]).stepEnds('a', 'rm_dead', 'failed', 1);
  const { changes } = hostOf(reportOf('run', events.hostEnds('a', 'failed', 1).ended()), 'a');
  expect(changes.map(({ summary, state }) => [summary, state])).toEqual([
    [remove(1).summary, 'applied'],
    [remove(2).summary, 'planned'],
  ]);
});

test('changes that were taken back, and those that could not be, tell so', () => {
  const { changes } = hostOf(reportOf('run', failureRolledBack()), 'web-1');
  expect(changes.map(({ state }) => state)).toContain('undone');
});

test('a journal without an end: what was begun is interrupted, the rest was not attempted', () => {
  const report = reportOf('run', new Script().started('run', ['a', 'b']).host('a').events);
  expect(statuses(report)).toEqual({ a: 'interrupted', b: 'not-attempted' });
  expect('finishedAt' in report).toBe(false);
});

test('a run that was gone on with and then taken back is one report', () => {
  const first = new Script().started('run', ['a', 'b']).host('a').applied('a', 's', 0, remove(1)).events;
  const second = new Script().started('run', ['a', 'b'], RUN).host('a').hostEnds('a', 'changed', 1).host('b');
  const went = second.hostEnds('b', 'ok').ended();
  expect(statuses(reportOf('run', [...first, ...went]))).toEqual({ a: 'changed', b: 'ok' });
  const back = new Script()
    .started('rollback', ['a', 'b'], RUN)
    .host('a')
    .add({ type: 'change.undone', host: 'a', seq: 0 });
  const report = reportOf('run', [...first, ...went, ...back.hostEnds('a', 'changed', 1).ended()]);
  expect(statuses(report)).toEqual({ a: 'rolled-back', b: 'ok' });
  expect(hostOf(report, 'a').changes).toMatchObject([{ state: 'undone' }]);
});

test('a rollback by itself knows what it takes back from the record of the run', () => {
  const run = [started(), applying('a', 0), at({ type: 'change.applied', host: 'a', seq: 0 })];
  const back = [started({ mode: 'rollback', of: RUN, hosts: [{ name: 'a', groups: ['web'] }] })];
  const events = [...back, at({ type: 'host.started', host: 'a' }), at({ type: 'change.undone', host: 'a', seq: 0 })];
  const report = reportOf('rollback', events, foldJournal(run)?.hosts);
  const [host] = report.hosts;
  expect(host).toMatchObject({
    host: 'a',
    groups: ['web'],
    changes: [{ state: 'undone', summary: change('a-0').summary }],
  });
});

test('any prefix of any run has a report that agrees with the journal about every change', () => {
  fc.assert(
    fc.property(anyRun, fc.nat(), (events, cut) => {
      const some = events.slice(0, 1 + (cut % events.length));
      const report = reportOf('run', some);
      const told = report.hosts.flatMap(({ changes }) => changes.filter(({ state }) => state !== 'planned'));
      const known = foldJournal(some)?.hosts.flatMap(({ changes }) => changes) ?? [];
      expect(told.map(({ state }) => state).sort()).toEqual(known.map(({ state }) => state).sort());
    }),
  );
});

test('events without a beginning have no report', () => {
  expect(() => reportOf('run', [])).toThrow('run.started');
});
