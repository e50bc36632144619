import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/core/expression.ts';
import type { Json } from '../../src/core/json.ts';
import type { Loop, Step } from '../../src/core/playbook.ts';
import { StepError } from '../../src/core/step-type.ts';
import { itemText } from '../../src/engine/loop.ts';
import { onScript } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { play, put, restart, step, when } from './fake-steps.ts';

const over = (items: readonly Json[], asksEach = false): Loop => ({ items: () => items, asksEach });
/** Puts `1` into a file for each item. */
const each = (items: readonly Json[], more: Partial<Step> = {}): Step => ({
  ...put('', '', { name: 'put', loop: over(items), register: 'it', ...more }),
  args: (scope: Scope) => ({ key: String(scope.item), value: '1' }),
});
const seen: unknown[] = [];
const spy = put('spy', '1', { when: when('spy', (scope) => seen.push(scope.it) < 0) });
const failing = (key: string): Fleet => {
  const fleet = new Fleet('h');
  fleet.host('h').weather = onScript('set', () => ({ code: 1, stdout: '', stderr: '', truncated: false }), key);
  return fleet;
};
const registered = async (fleet: Fleet, own: Step, mode: 'run' | 'check' = 'run'): Promise<unknown> => {
  seen.length = 0;
  await fleet.run([play([own, spy])], { mode });
  return seen[0];
};
const result = (item: Json, more: object = {}) => ({
  item,
  skipped: false,
  failed: false,
  changed: true,
  was: '',
  ...more,
});

describe('a loop', () => {
  it('does the step for each item, in order, as one step that names the item in what it changes', async () => {
    const fleet = new Fleet('h');
    await fleet.run([play([each(['a', 'b'])])]);
    expect(fleet.host('h').requests).toEqual([
      ...['h: get a', 'h: set a  1', 'h: get a'],
      ...['h: get b', 'h: set b  1', 'h: get b'],
    ]);
    expect(fleet.ofType('step.started').map((event) => event.step)).toEqual(['put']);
    expect(fleet.ofType('step.finished')).toMatchObject([{ step: 'put', status: 'changed', changes: 2 }]);
    expect(fleet.ofType('change.applying').map((event) => event.step)).toEqual(['put (a)', 'put (b)']);
  });

  it.each(['check', 'run'] as const)('registers a result for each item (%s)', async (mode) => {
    const fleet = new Fleet('h');
    fleet.host('h').files.set('b', '1');
    const results = [result('a'), result('b', { changed: false, was: '1' })];
    expect(await registered(fleet, each(['a', 'b']), mode)).toEqual({ results, changed: true });
  });

  it('asks a condition on the item for each one', async () => {
    const fleet = new Fleet('h');
    const notB = when('item != "b"', ({ item }) => item !== 'b');
    const own = each([], { loop: over(['a', 'b'], true), when: notB });
    const skipped = { item: 'b', skipped: true, failed: false, changed: false };
    expect(await registered(fleet, own)).toEqual({ results: [result('a'), skipped], changed: true });
    expect([...fleet.host('h').files.keys()]).toEqual(['a']);
  });

  it('asks any other condition once, before its list is made', async () => {
    const fleet = new Fleet('h');
    const items = () => {
      throw new StepError('found is not set');
    };
    const own = each([], { loop: { items, asksEach: false }, when: when('found.ok', () => false) });
    expect(await registered(fleet, own)).toBeUndefined();
    expect(fleet.ofType('step.finished')[0]).toMatchObject({ status: 'skipped' });
  });

  it('over nothing is skipped, and registers that', async () => {
    const fleet = new Fleet('h');
    expect(await registered(fleet, each([]))).toEqual({ results: [], changed: false });
    expect(fleet.ofType('step.finished')[0]).toMatchObject({ status: 'skipped' });
  });

  it('ends with the first item that fails, and names it', async () => {
    const fleet = failing('b');
    const recap = await fleet.run([play([each(['a', 'b', 'c'])])]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'failed', reason: { message: 'b: b: exit 1' } });
    expect([...fleet.host('h').files.keys()]).toEqual(['a']);
  });

  it('that ignores errors goes on, and tells which items failed', async () => {
    const fleet = failing('b');
    const failed = { item: 'b', skipped: false, failed: true, changed: true };
    const results = [result('a'), failed, result('c')];
    expect(await registered(fleet, each(['a', 'b', 'c'], { ignoreErrors: true }))).toEqual({
      ...{ results, changed: true, failed: true },
    });
    expect(fleet.ofType('step.finished')[0]).toMatchObject({ status: 'failed', tolerated: 'ignored' });
  });

  it('begins no item after a first Ctrl-C', async () => {
    const fleet = new Fleet('h');
    fleet.host('h').weather = onScript('set', (_, act) => {
      fleet.stop.raise('SIGINT');
      return act();
    });
    const recap = await fleet.run([play([each(['a', 'b'])])]);
    expect(recap.outcomes[0]).toMatchObject({
      status: 'interrupted',
      reason: { message: 'stopped by SIGINT after 1 item of "put"' },
    });
    expect([...fleet.host('h').files.keys()]).toEqual(['a']);
  });

  it('notifies once', async () => {
    const fleet = new Fleet('h');
    const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' })];
    await fleet.run([play([each(['a', 'b'], { notify: ['restart'] })], { handlers })]);
    expect(fleet.ofType('step.started').map((event) => event.step)).toEqual(['put', 'restart']);
  });

  it('is taken back item by item', async () => {
    const fleet = new Fleet('h');
    await fleet.run([play([each(['a', 'b'])])]);
    expect(statuses(await fleet.rollback(fleet.record()))).toEqual({ h: 'changed' });
    expect(fleet.host('h').files.size).toBe(0);
  });
});

describe('an item behind the name of its step', () => {
  it.each([
    ['web', 'web'],
    [7, '7'],
    [{ name: 'a', n: [1] }, '{"name":"a","n":[1]}'],
    ['x'.repeat(70), `${'x'.repeat(60)}…`],
  ])('%j', (item, text) => expect(itemText(item)).toBe(text));
});
