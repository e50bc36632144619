import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewEvent, RunEvent, RunMode } from '../../src/core/event.ts';
import { Board } from '../../src/reporters/board.ts';
import { displayWidth } from '../../src/reporters/display-width.ts';
import { closingLines, frame, type View } from '../../src/reporters/frame.ts';
import { createStyle } from '../../src/reporters/style.ts';
import { busy, hosts, remove, Script } from './scenarios.ts';

const START = new Script().now;
const view = (over: Partial<View> = {}): View => ({
  ...{ now: START + 70_000, columns: 80, rows: 24, mode: 'run' as RunMode, style: createStyle(false) },
  ...over,
});
const boardOf = (names: string[], events: readonly RunEvent[], steps = 3, title = 'Free Dead containers') => {
  const board = new Board(title, names, steps, START);
  for (const event of events) board.add(event);
  return board;
};

describe('up to ten hosts have a line each', () => {
  test('with what each is at', () => {
    const script = new Script().goesThrough('web-1', [remove(1)]).seconds(58);
    script.host('web-2').step('web-2', 'umount', 1).host('web-3').seconds(5).host('web-4');
    script.step('web-5', 'rm_dead', 2).stepEnds('web-5', 'rm_dead', 'failed', 1, busy);
    script.add({ type: 'change.undoing', host: 'web-5', seq: 0 });
    expect(frame(boardOf(hosts(6), script.events), view())).toEqual([
      'Free Dead containers  ▸ 1/6 done · 1 changed · 1 failed · 1 min 10 s',
      '✔ web-1  changed  1 change',
      '▸ web-2  umount        12 s',
      '▸ web-3  connecting    12 s',
      '▸ web-4  connecting    7 s',
      '✖ web-5  rolling back; failed: remove Dead container a11ce0003dd0: device or re…',
      '· web-6  waiting',
    ]);
  });

  test('in check mode with what a run would or may change', () => {
    const script = new Script().step('web-1', 'rm_dead', 0).planned('web-1', 'rm_dead', [remove(1)]);
    script.stepEnds('web-1', 'rm_dead', 'changed', 1).step('web-2', 'rm_dead', 0);
    script.planned('web-2', 'rm_dead', [remove(2, true)]).stepEnds('web-2', 'rm_dead', 'changed', 1);
    const board = boardOf(hosts(2), script.events, 1);
    expect(frame(board, view({ mode: 'check' })).slice(1)).toEqual([
      '✔ web-1  would change  1 change',
      '✔ web-2  may change  1 change',
    ]);
    expect(closingLines(board, view({ mode: 'check' }))).toEqual([
      'Free Dead containers  · 2 hosts: 1 would change, 1 may change · 1 min 10 s',
    ]);
  });
});

describe('of more hosts only those at work and those that failed are shown', () => {
  const atWork = new Script();
  for (const host of hosts(30).reverse()) atWork.seconds(1).step(host, 'umount', 1);

  test('the longest at work first, then a count', () => {
    const lines = frame(boardOf(hosts(300), atWork.events), view());
    expect(lines.slice(0, 2)).toEqual([
      'Free Dead containers  ▸ 0/300 done · 1 min 10 s',
      'web-30  umount  1 min 09 s',
    ]);
    expect(lines.slice(8)).toEqual(['web-23  umount  1 min 02 s', '… and 22 more']);
  });

  const failed = new Script();
  for (const host of hosts(14)) {
    failed.step(host, 'umount', 1).stepEnds(host, 'umount', 'failed', 0, { message: 'no' }).hostEnds(host, 'failed');
  }

  test('the ten latest failures, then a count', () => {
    const lines = frame(boardOf(hosts(300), failed.events), view());
    expect(lines[1]).toBe('✖ web-5   failed: no');
    expect(lines.slice(10)).toEqual(['✖ web-14  failed: no', '… and 4 more before']);
  });

  test('on a low screen both give way', () => {
    const lines = frame(boardOf(hosts(300), [...atWork.events, ...failed.events]), view({ rows: 8 }));
    expect(lines.map((line) => line.slice(0, 20))).toEqual([
      'Free Dead containers',
      ...['web-30  umount  1 mi', 'web-29  umount  1 mi', 'web-28  umount  1 mi', '… and 13 more'],
      ...['✖ web-13  failed: no', '✖ web-14  failed: no', '… and 12 more before'],
    ]);
  });
});

test('a soak tells how long it still takes, until the health is asked again or the next batch begins', () => {
  const soaking = new Script().batch(0, 2, ['web-1']).seconds(60);
  soaking.add({ type: 'batch.soaking', play: 'Free Dead containers', batch: 0, seconds: 300 });
  expect(frame(boardOf(hosts(20), soaking.events), view())[1]).toContain('0/20 done · soaking, 4 min 50 s left');
  const health = { play: 'Free Dead containers', batch: 0, hosts: 1, ill: [] };
  const ends: readonly NewEvent[] = [
    { type: 'batch.health', ...health, moment: 'soaked' },
    { type: 'batch.started', play: 'Free Dead containers', batch: 1, batches: 2, hosts: ['web-2'] },
  ];
  for (const end of ends) {
    const board = boardOf(hosts(20), [...soaking.events, { at: '', ...end }]);
    expect(frame(board, view()).join('\n')).not.toContain('soaking');
  }
});

test('batches are counted from one', () => {
  const script = new Script().batch(1, 4, hosts(20));
  expect(frame(boardOf(hosts(80), script.events), view())[0]).toContain('▸ batch 2/4 · 0/80 done');
});

test('on a narrow screen the counts have their own line', () => {
  const lines = frame(boardOf(hosts(300), [], 3, 'Let go of every leaked mount'), view({ columns: 40 }));
  expect(lines).toEqual(['Let go of every leaked mount', '▸ 0/300 done · 1 min 10 s']);
});

test('a signal says what it does', () => {
  const script = new Script().add({ type: 'run.interrupted', signal: 'SIGINT', times: 1 });
  expect(frame(boardOf(hosts(30), script.events), view({ columns: 120 }))[1]).toBe(
    'interrupted (SIGINT): finishing the steps in flight; once more ends them',
  );
});

test('a host is done after its last step, at work again in a handler, and never attempted if it never began', () => {
  const script = new Script().step('web-1', 'dropin', 0).stepEnds('web-1', 'dropin', 'changed', 1);
  const board = boardOf(hosts(2), script.events, 1);
  expect(frame(board, view())[1]).toBe('✔ web-1  changed  1 change');
  for (const event of new Script().step('web-1', 'restart docker', 1).events) board.add(event);
  expect(frame(board, view())[1]).toBe('▸ web-1  restart docker  1 min 10 s');
  expect(board.recap().outcomes.map(({ status }) => status)).toEqual(['changed', 'not-attempted']);
});

test('a frame never leaves its room, whatever hosts are called and say', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '死', '🐳', '\n', '\u001b', ' ', '-'), maxLength: 60 });
  const room = fc.record({ columns: fc.integer({ min: 20, max: 200 }), rows: fc.integer({ min: 3, max: 60 }) });
  fc.assert(
    fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 40 }), text, room, (names, word, size) => {
      const script = new Script();
      for (const [i, name] of names.entries()) {
        script.host(name).step(name, word, 1);
        if (i % 3 === 0) script.stepEnds(name, word, 'failed', 0, { message: word, todo: word });
        if (i % 7 === 0) script.add({ type: 'run.interrupted', signal: 'SIGINT', times: 1 });
      }
      const board = boardOf(names, script.events, 3, word);
      const lines = frame(board, view(size));
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      for (const line of [...lines, ...closingLines(board, view(size))]) {
        expect(displayWidth(line)).toBeLessThanOrEqual(size.columns);
        expect(line).not.toMatch(/[\n\u001b]/);
      }
    }),
  );
});
