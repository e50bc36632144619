import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/core/expression.ts';
import { StepError } from '../../src/core/step-type.ts';
import { Fleet, statuses } from './fake-run.ts';
import { block, fileBut, play, put, restart, step, when } from './fake-steps.ts';

/** It is not so now, and a run would wait for it. */
const wait = put('w', '', {
  name: 'wait',
  register: 'it',
  retry: { until: when('it.up', () => false), retries: 3, delay: 1 },
});
const reads = ['it'];
const isUp = when('it.up', () => false, reads);
const foretold = (fleet: Fleet) =>
  fleet
    .ofType('step.planned')
    .flatMap(({ changes }) => changes.map(({ summary, may }) => (may ? `may ${summary}` : summary)));
const notes = (fleet: Fleet) => fleet.ofType('step.planned').flatMap((event) => event.notes);
const check = async (...args: Parameters<typeof play>) => {
  const fleet = new Fleet('h');
  return { fleet, recap: await fleet.run([play(...args)], { mode: 'check' }) };
};

describe('what only a run will know', () => {
  it('makes a step that is asked about it one that may be taken', async () => {
    const { fleet } = await check([wait, put('a', '1', { when: isUp, reads }), put('b', '1')]);
    expect(foretold(fleet)).toEqual(['may put a', 'put b']);
  });

  it('makes a step that takes arguments from it one that may change something', async () => {
    const own = {
      ...put('', '', { name: 'own', reads }),
      args: ({ it }: Scope) => ({ key: 'a', value: JSON.stringify(it) }),
    };
    const { fleet } = await check([wait, own]);
    expect(foretold(fleet)).toEqual(['may put a']);
  });

  it('goes on with what such a step registers', async () => {
    const second = put('a', '1', { when: isUp, reads, register: 'second' });
    const third = put('b', '1', { when: when('second.changed', () => false, ['second']), reads: ['second'] });
    const { fleet } = await check([wait, second, third]);
    expect(foretold(fleet)).toEqual(['may put a', 'may put b']);
  });

  it('is known again once it is registered anew', async () => {
    const { fleet } = await check([wait, put('w', '', { register: 'it' }), put('a', '1', { when: isUp, reads })]);
    expect(foretold(fleet)).toEqual([]);
  });

  it('reaches into blocks and through their inputs', async () => {
    const inner = put('a', '1', { when: when('unit == "x"', () => false, ['unit']), reads: ['unit'] });
    const include = block([inner, put('b', '1')], { inputs: () => ({ unit: 'y' }), reads });
    const { fleet } = await check([wait, include, block([put('c', '1')], { when: isUp, reads }), put('d', '1')]);
    expect(foretold(fleet)).toEqual(['may put a', 'may put b', 'may put c', 'put d']);
  });

  it('is unknown on all hosts where one does it for them', async () => {
    const fleet = new Fleet('h1', 'h2');
    await fleet.run([play([{ ...wait, runOnce: true }, put('a', '1', { when: isUp, reads })])], { mode: 'check' });
    expect(foretold(fleet)).toEqual(['may put a', 'may put a']);
  });

  it('is also whether a step that ignores errors fails in what it changes', async () => {
    const own = put('a', '1', { register: 'it', ignoreErrors: true });
    const after = put('b', '1', { when: when('it.failed', () => false, reads), reads });
    const { fleet } = await check([own, after, put('c', '1')]);
    expect(foretold(fleet)).toEqual(['put a', 'may put b', 'put c']);
  });

  it('is not what such a step has found where it changes nothing', async () => {
    const own = put('w', '', { register: 'it', ignoreErrors: true });
    const after = put('b', '1', { when: when('it.failed', () => false, reads), reads });
    const { fleet } = await check([own, after]);
    expect(foretold(fleet)).toEqual([]);
  });

  it('makes what fails for it something that may fail', async () => {
    const refusing = fileBut({ plan: () => ({ changes: [], refusal: { reason: 'still stuck', todo: 'wait' } }) });
    const asserting = step(refusing, { key: 'a', value: '1' }, { name: 'assert', reads });
    const { fleet, recap } = await check([wait, asserting, put('b', '1')]);
    expect(statuses(recap)).toEqual({ h: 'changed' });
    expect(notes(fleet)).toContain('may fail: still stuck');
    expect(foretold(fleet)).toEqual(['put b']);
  });

  it('is also what came of a look that fails now and would be tried again', async () => {
    const down = fileBut({
      probe: () => {
        throw new StepError('it does not answer');
      },
    });
    const own = step(
      down,
      { key: 'a', value: '1' },
      { register: 'it', retry: { until: undefined, retries: 2, delay: 1 } },
    );
    const { fleet, recap } = await check([own, put('b', '1', { when: isUp, reads })]);
    expect(statuses(recap)).toEqual({ h: 'changed' });
    expect(notes(fleet)).toEqual(['it does not answer; a run tries up to 3 times']);
    expect(foretold(fleet)).toEqual(['may put b']);
  });

  it('makes handlers that only it notifies ones that may run', async () => {
    const handlers = [
      step(restart, { unit: 'docker' }, { name: 'one' }),
      step(restart, { unit: 'agent' }, { name: 'two' }),
    ];
    const perhaps = put('a', '1', { when: isUp, reads, notify: ['one', 'two'] });
    const { fleet } = await check([wait, perhaps, put('b', '1', { notify: ['two'] })], { handlers });
    expect(foretold(fleet)).toEqual(['may put a', 'put b', 'may restart docker', 'restart agent']);
  });

  it('is nothing in a run', async () => {
    const fleet = new Fleet('h');
    const met = { ...wait, retry: { until: when('it.up', () => true), retries: 1, delay: 1 } };
    await fleet.run([play([met, put('a', '1', { when: isUp, reads })])]);
    expect(fleet.ofType('step.finished').map(({ status }) => status)).toEqual(['ok', 'skipped']);
  });
});
