import { describe, expect, test } from 'vitest';
import type { HostOutcome, HostStatus, Recap } from '../../src/core/event.ts';
import { countsLine, type RecapView, recapLines } from '../../src/reporters/recap.ts';
import { createStyle } from '../../src/reporters/style.ts';
import { busy, dropIn, hosts, remove } from './scenarios.ts';

const view: RecapView = { mode: 'run', run: 'RUN', style: createStyle(false), mayChange: new Set() };
const outcome = (host: string, status: HostStatus, rest: Partial<HostOutcome> = {}): HostOutcome => ({
  ...{ host, status, changes: 0 },
  ...rest,
});
const recap = (outcomes: HostOutcome[], interrupted = false): Recap => ({ outcomes, interrupted });
const lines = (outcomes: HostOutcome[], over: Partial<RecapView> = {}) =>
  recapLines(recap(outcomes), { ...view, ...over });

describe('the first line counts hosts by outcome', () => {
  const counts = (statuses: HostStatus[], over: Partial<RecapView> = {}, interrupted = false) =>
    countsLine(
      recap(
        statuses.map((status, i) => outcome(`web-${i}`, status)),
        interrupted,
      ),
      { ...view, ...over },
    );

  test.each([
    ['1 host: 1 ok', ['ok']],
    ['2 hosts: 2 ok', ['ok', 'ok']],
    ['0 hosts', []],
    [
      '6 hosts: 1 changed, 1 ok, 1 failed, 1 unreachable, 1 interrupted, 1 not attempted',
      ['ok', 'not-attempted', 'interrupted', 'unreachable', 'failed', 'changed'],
    ],
  ] as [string, HostStatus[]][])('%s', (line, statuses) => expect(counts(statuses)).toBe(line));

  test('check mode says what would change and what it cannot know', () => {
    const mayChange = new Set(['web-1', 'web-2']);
    expect(counts(['changed', 'changed', 'ok'], { mode: 'check', mayChange })).toBe(
      '3 hosts: 1 would change, 1 may change, 1 ok',
    );
  });
  test('a rollback says rolled back', () =>
    expect(counts(['changed'], { mode: 'rollback' })).toBe('1 host: 1 rolled back'));
  test('an interrupted run says so', () => expect(counts(['ok'], {}, true)).toBe('1 host: 1 ok · interrupted'));
});

describe('only hosts that need a look are named', () => {
  test('where all is well there is one line', () => {
    expect(lines([outcome('web-1', 'ok'), outcome('web-2', 'ok')])).toEqual(['2 hosts: 2 ok']);
  });

  test('hosts with the same reason share an entry, the first five are named', () => {
    const failed = hosts(20).map((host) => outcome(host, 'failed', { reason: busy }));
    expect(lines(failed).slice(1)).toEqual([
      'failed         web-1, web-2, web-3, web-4, web-5 … (+15)',
      '               remove Dead container a11ce0003dd0: device or resource busy',
      '               held by pid 27837 (assist) in mnt:[4026532570]',
      '               → restart the holder: playbooks/restart-holders.yaml',
      'journal: unwedge runs show RUN',
    ]);
  });

  test('the worst come first', () => {
    const words = lines([
      outcome('a', 'not-attempted'),
      outcome('b', 'interrupted'),
      outcome('c', 'unreachable'),
      outcome('d', 'failed'),
    ]);
    expect(words.slice(1, 5).map((line) => line.slice(0, 15).trim())).toEqual([
      'failed',
      'unreachable',
      'interrupted',
      'not attempted',
    ]);
  });

  test('a host that was rolled back well but for what is irreversible is named', () => {
    const rollback = { undone: [], irreversible: [{ summary: remove(1).summary, reason: 'gone' }], failed: [] };
    expect(lines([outcome('web-1', 'changed', { changes: 1, rollback })], { mode: 'rollback' })).toEqual([
      '1 host: 1 rolled back',
      'rolled back    web-1',
      '               cannot be undone: remove Dead container a11ce0001eef: gone',
      'journal: unwedge runs show RUN',
    ]);
  });

  test('changes of a failed host that nobody took back are counted', () => {
    expect(lines([outcome('web-1', 'failed', { changes: 2, reason: { message: 'boom' } })])).toContain(
      '               not undone: 2 changes',
    );
  });
});

describe('the hint', () => {
  const hint = (outcomes: HostOutcome[], over: Partial<RecapView> = {}) =>
    lines(outcomes, over).find((l) => l.startsWith('journal'));
  const undone = { undone: [dropIn.summary], irreversible: [], failed: [] };

  test('names journal and undo after a change', () => {
    expect(hint([outcome('web-1', 'changed', { changes: 1 })])).toBe(
      'journal: unwedge runs show RUN · undo: unwedge rollback RUN',
    );
  });
  test('names no undo where all was undone', () => {
    expect(hint([outcome('web-1', 'failed', { changes: 1, rollback: undone })])).toBe('journal: unwedge runs show RUN');
  });
  test('names the run to take back again where a rollback could not take back all', () => {
    const rollback = { undone: [], irreversible: [], failed: [{ summary: dropIn.summary, reason: 'disk full' }] };
    const failed = outcome('web-1', 'failed', { rollback, reason: { message: 'not undone: …' } });
    expect(lines([failed], { mode: 'rollback', of: 'FIRST' })).toEqual([
      '1 host: 1 failed',
      'failed         web-1',
      `               failed to undo: ${dropIn.summary}: disk full`,
      'journal: unwedge runs show RUN · try again: unwedge rollback FIRST',
    ]);
  });
  test('says how much of the run can be undone, and offers nothing where that is nothing', () => {
    const changed = (host: string, changes: number, undoable: number) =>
      outcome(host, 'changed', { changes, undoable });
    expect(hint([changed('web-1', 2, 0), changed('web-2', 1, 1)])).toBe(
      'journal: unwedge runs show RUN · undo: unwedge rollback RUN (1 of 3 changes)',
    );
    expect(hint([changed('web-1', 2, 0)])).toBe('journal: unwedge runs show RUN · none of the 2 changes can be undone');
  });
  test('is not there where nothing happened', () => expect(hint([outcome('web-1', 'ok')])).toBeUndefined());
  test('is not there after a check', () => {
    expect(hint([outcome('web-1', 'changed', { changes: 1 })], { mode: 'check' })).toBeUndefined();
  });
});
