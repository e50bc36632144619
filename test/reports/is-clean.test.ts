import { describe, expect, it } from 'vitest';
import { isClean } from '../../src/reports/is-clean.ts';
import { binds, heldBy, hostReport, kubernetes, report } from './sample-reports.ts';

const change = { step: 's', stepType: 'rm_dead', summary: 'remove x', risk: 'none', state: 'applied' } as const;

describe('a run that nobody must read of', () => {
  it.each([
    ['every host is ok', report([hostReport('a'), hostReport('b')])],
    ['what was found is good to know', report([hostReport('a', { findings: [kubernetes] })])],
    ['what was found at first is gone', report([hostReport('a', { gone: [binds('x')] })])],
  ])('%s', (_, clean) => {
    expect(isClean(clean)).toBe(true);
  });
});

describe('a run that somebody must read of', () => {
  const { finishedAt: _, ...unfinished } = report([hostReport('a')]);
  it.each([
    ['it has no end', unfinished],
    ['a host was changed', report([hostReport('a', { status: 'changed', changes: [change] })])],
    ['a host may be changed', report([hostReport('a', { changes: [{ ...change, state: 'planned', may: true }] })])],
    ['a host was not served', report([hostReport('a'), hostReport('b', { status: 'locked' })])],
    ['a host was not begun', report([hostReport('a', { status: 'not-attempted' })])],
    ['something could not be seen', report([hostReport('a', { unseen: ['mounts of other users'] })])],
    ['something waits to break', report([hostReport('a', { findings: [binds('x')] })])],
    ['something is stuck', report([hostReport('a', { findings: [heldBy('x')] })])],
    [
      'a check took away only what is there still',
      report([hostReport('a', { gone: [heldBy('x')] })], { kind: 'check' }),
    ],
  ])('%s', (_, unclean) => {
    expect(isClean(unclean)).toBe(false);
  });
});
