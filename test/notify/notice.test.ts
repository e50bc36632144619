import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { HostReport, Report } from '../../src/core/report.ts';
import { type AboutRun, LISTED, noticeOf } from '../../src/notify/notice.ts';
import { type Problem, problemsAfter } from '../../src/notify/problem.ts';
import { parseTold, toldText } from '../../src/notify/told.ts';

const stuck = (subject: string, severity: Finding['severity'] = 'critical'): Finding => ({
  ...{ code: 'UW001', severity, subject, message: `${subject} is stuck`, remedy: 'free it', evidence: [] },
});
const host = (name: string, more: Partial<HostReport> = {}): HostReport => ({
  ...{ host: name, status: 'ok', unseen: [], findings: [], gone: [], changes: [] },
  ...more,
});
const reportOf = (hosts: readonly HostReport[], more: Partial<Report> = {}): Report => ({
  ...{ version: 1, kind: 'run', run: 'run-1', startedAt: '2026-11-22T05:00:00.000Z', playbooks: ['play.yaml'], hosts },
  ...more,
});
const about: AboutRun = {
  ...{ run: 'run-1', command: 'run', playbooks: ['play.yaml'], controller: 'admin-1' },
  ...{ endedAt: '2026-11-22T05:00:09.000Z', exitCode: 0 },
};
const problemsOf = (hosts: readonly HostReport[], before: readonly Problem[] = [], more: Partial<Report> = {}) =>
  problemsAfter({ report: reportOf(hosts, more), failure: undefined }, before);
const short = (problems: readonly Problem[] = []) => problems.map((one) => `${one.host} ${one.code} ${one.subject}`);

describe('problems after a run', () => {
  it.each<[string, HostReport, Report['kind'], string[]]>([
    ['a host that is well', host('a'), 'run', []],
    ['one that was freed', host('a', { status: 'changed', gone: [stuck('x')] }), 'run', []],
    [
      'one that a run would free',
      host('a', { status: 'changed', gone: [stuck('x')] }),
      'check',
      ['a UW001 x', 'a pending host'],
    ],
    [
      'what is still stuck',
      host('a', { findings: [stuck('x'), stuck('y', 'warning')] }),
      'run',
      ['a UW001 x', 'a UW001 y'],
    ],
    ['what is only good to know', host('a', { findings: [stuck('x', 'info')] }), 'audit', []],
    [
      'a host that failed',
      host('a', { status: 'failed', findings: [stuck('x')] }),
      'run',
      ['a UW001 x', 'a failed host'],
    ],
    ['a host that flaps', host('a', { status: 'flapping' }), 'run', ['a flapping host']],
  ])('%s', (_, one, kind, expected) => expect(short(problemsOf([one], [], { kind }))).toEqual(expected));

  it('what was found on a host that could not be looked at is so still', () => {
    const before = problemsOf([host('a', { findings: [stuck('x')] }), host('b', { findings: [stuck('y')] })]);
    expect(short(problemsOf([host('a', { status: 'unreachable' }), host('b')], before))).toEqual([
      'a unreachable host',
      'a UW001 x',
    ]);
  });

  it('a host that is not in the inventory any more has no problems', () => {
    expect(problemsOf([host('b')], problemsOf([host('a', { findings: [stuck('x')] })]))).toEqual([]);
  });

  it('a storm is one problem, beside what is stuck', () => {
    const hosts = [
      host('a', { status: 'not-attempted', findings: [stuck('x')] }),
      host('b', { status: 'not-attempted' }),
    ];
    const stopped = { by: 'storm', reason: { message: 'a storm: …' } } as const;
    expect(short(problemsOf(hosts, [], { stopped }))).toEqual([' storm run', 'a UW001 x']);
  });

  it('a run that was refused is one, and says nothing of hosts; it goes with the next one', () => {
    const before = problemsOf([host('a', { findings: [stuck('x')] })]);
    const failure = { code: 'refused', message: 'no inventory' } as const;
    const refused = problemsAfter({ report: undefined, failure }, before);
    expect(short(refused)).toEqual([' refused run', 'a UW001 x']);
    expect(short(problemsAfter({ report: undefined, failure }, refused))).toEqual([' refused run', 'a UW001 x']);
    expect(short(problemsOf([host('a', { findings: [stuck('x')] })], refused))).toEqual(['a UW001 x']);
  });
});

describe('a notice', () => {
  const one = problemsOf([host('a', { findings: [stuck('x')] })]);
  const two = problemsOf([host('a', { findings: [stuck('x'), stuck('y')] })]);

  it.each<[string, readonly Problem[], readonly Problem[], string | undefined]>([
    ['a first run that is clean', [], [], undefined],
    ['the same again', one, one, undefined],
    ['a first run that is not clean', [], one, 'trouble'],
    ['one more', one, two, 'trouble'],
    ['one less', two, one, 'trouble'],
    ['none left', two, [], 'recovered'],
  ])('%s', (_, before, now, expected) => expect(noticeOf(about, before, now)?.event).toBe(expected));

  it('is the same where only the words differ', () => {
    const other = one.map((problem) => ({ ...problem, message: 'said in other words' }));
    expect(noticeOf(about, one, other)).toBeUndefined();
  });

  it('tells people what is new, what is gone and what is as before', () => {
    const now = problemsOf([
      host('a', { findings: [stuck('x'), stuck('z')], status: 'failed', reason: { message: 'busy' } }),
    ]);
    expect(noticeOf(about, two, now)?.text).toBe(
      [
        'unwedge run play.yaml on admin-1: 3 problems',
        'new: a: UW001 z is stuck',
        'new: a: busy',
        'gone: a: UW001 y is stuck',
        '1 as before',
        'run run-1',
      ].join('\n'),
    );
    expect(noticeOf(about, two, [])?.text).toContain('on admin-1: all is well again\ngone: a: UW001 x is stuck\n');
  });

  it('of a thousand problems lists some and counts all', () => {
    const many = problemsOf(Array.from({ length: 1000 }, (_, i) => host(`h${i}`, { findings: [stuck('x')] })));
    const notice = noticeOf(about, [], many);
    expect(notice?.counts.appeared).toBe(1000);
    expect(notice?.appeared).toHaveLength(LISTED);
    expect(notice?.text.split('\n')).toHaveLength(13);
  });
});

describe('what was told', () => {
  const told = new Map([['webhook', problemsOf([host('a', { findings: [stuck('x')] })])]]);
  it('is read as it was written', () => expect(parseTold(toldText(told))).toEqual(told));
  it.each([[''], ['{'], ['{}'], ['{"version":2,"told":{}}'], ['{"version":1,"told":{"webhook":[{}]}}'], ['null']])(
    'nothing else is taken for it: %s',
    (text) => expect(() => parseTold(text)).toThrow(Error),
  );
});
