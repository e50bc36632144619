import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/core/exit-code.ts';
import { StepError } from '../../src/core/step-type.ts';
import { eachAtMost } from '../../src/rollout/pool.ts';
import { mustBePutBack } from '../../src/rollout/put-back.ts';
import { onScript, type Weather } from '../engine/fake-host.ts';
import { Fleet, statuses } from '../engine/fake-run.ts';
import { play, put } from '../engine/fake-steps.ts';

const refuse: Weather = () => {
  throw new StepError('no');
};
const fleetWhere = (failing: readonly string[], ...names: string[]) => {
  const fleet = new Fleet(...names);
  for (const name of failing) fleet.host(name).weather = onScript('set', refuse);
  return fleet;
};

describe('mustBePutBack', () => {
  it.each([
    ['failed', 'rollback_host', 0, true],
    ['failed', 'rollback_batch', 1, true],
    ['failed', 'rollback_all', 2, false],
    ['unreachable', 'rollback_host', 0, true],
    ['interrupted', 'rollback_host', 0, false],
    ['changed', 'rollback_host', 0, false],
    ['failed', 'stop', 0, false],
    ['failed', 'continue', 0, false],
  ] as const)('%s under %s at stop level %i: %s', (status, onFailure, level, expected) => {
    expect(mustBePutBack(status, onFailure, level)).toBe(expected);
  });
});

describe('eachAtMost', () => {
  it('never has more at work than its width, and does all', async () => {
    let atWork = 0;
    let most = 0;
    const done: number[] = [];
    await eachAtMost(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      most = Math.max(most, ++atWork);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('forks', () => {
  it('limits the hosts at work; the others follow as soon as one is done', async () => {
    const fleet = new Fleet('a', 'b', 'c', 'd');
    let open = 0;
    const seen: number[] = [];
    const journal = async ({ type }: { type: string }) => {
      if (type === 'host.started') seen.push(++open);
      if (type === 'host.finished') open -= 1;
      await new Promise((resolve) => setImmediate(resolve));
    };
    await fleet.run([play([put('x', '1')])], { forks: 2, journal });
    expect(Math.max(...seen)).toBe(2);
    expect(seen).toHaveLength(4);
  });

  it('lets a slow host hold up none but itself', async () => {
    const fleet = new Fleet('slow', 'fast');
    let release = () => {};
    fleet.host('slow').weather = onScript('set', (_, act) => new Promise((go) => (release = () => go(act()))), 'x');
    const report = (event: { type: string }) => {
      if (event.type === 'host.finished') release();
    };
    await fleet.run([play([put('x', '1'), put('y', '1')])], { report });
    const finished = fleet.ofType('host.finished').map(({ outcome }) => outcome.host);
    expect(finished).toEqual(['fast', 'slow']);
  });
});

describe('serial', () => {
  it('ends each batch before the next begins', async () => {
    const fleet = new Fleet('a', 'b', 'c');
    await fleet.run([play([put('x', '1')], { serial: 2 })]);
    expect(fleet.ofType('batch.started').map(({ batch, batches, hosts }) => [batch, batches, hosts])).toEqual([
      [0, 2, ['a', 'b']],
      [1, 2, ['c']],
    ]);
    const second = fleet.events.findIndex((event) => event.type === 'batch.started' && event.batch === 1);
    expect(fleet.events.slice(0, second).filter(({ type }) => type === 'host.finished')).toHaveLength(2);
    expect(fleet.events.slice(second).filter(({ type }) => type === 'host.finished')).toHaveLength(1);
  });
});

describe('on_failure', () => {
  it('stop: hosts at work finish their play, no further host or batch begins', async () => {
    const fleet = fleetWhere(['a'], 'a', 'b', 'c');
    const recap = await fleet.run([play([put('x', '1'), put('y', '1')], { serial: 2 })]);
    expect(statuses(recap)).toEqual({ a: 'failed', b: 'changed', c: 'not-attempted' });
    expect(fleet.host('b').files.size).toBe(2);
    expect(fleet.host('c').connects).toBe(0);
    expect(recap.outcomes[2]?.reason?.message).toBe('the rollout stopped: a is failed in play "play"');
    expect(fleet.ofType('batch.started')).toHaveLength(1);
  });

  it('stop: a host whose turn in the same batch has not come is not attempted', async () => {
    const recap = await fleetWhere(['a'], 'a', 'b').run([play([put('x', '1')])], { forks: 1 });
    expect(statuses(recap)).toEqual({ a: 'failed', b: 'not-attempted' });
  });

  it('stop: later plays begin on no host; one that has done the earlier play is told apart from one untouched', async () => {
    const fleet = fleetWhere(['a'], 'a', 'b');
    const recap = await fleet.run([play([put('x', '1')]), play([put('y', '1')], { name: 'second' })]);
    expect(statuses(recap)).toEqual({ a: 'failed', b: 'interrupted' });
    expect(fleet.ofType('play.started').map(({ play }) => play)).toEqual(['play']);
    expect(fleet.host('b').files.has('y')).toBe(false);
  });

  it('continue: only the failed host ends, also for later plays', async () => {
    const fleet = fleetWhere(['a'], 'a', 'b', 'c');
    const onFailure = 'continue';
    const plays = [play([put('x', '1')], { serial: 1, onFailure }), play([put('y', '1')], { onFailure })];
    const recap = await fleet.run(plays);
    expect(statuses(recap)).toEqual({ a: 'failed', b: 'changed', c: 'changed' });
    expect(fleet.ofType('play.started').map(({ hosts }) => hosts)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  });
});

describe('connections', () => {
  it('are opened once per host and closed after its last play, also where it failed', async () => {
    const fleet = fleetWhere(['b'], 'a', 'b');
    await fleet.run([play([put('x', '1')], { onFailure: 'continue' }), play([put('y', '1')])]);
    expect(fleet.hosts.map(({ connects, closes }) => [connects, closes])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('that cannot be closed, against their contract, harm no other host', async () => {
    const fleet = new Fleet('a', 'b');
    fleet.host('a').refuseClose = new TypeError('no such socket');
    const recap = await fleet.run([play([put('x', '1')], { onFailure: 'continue' })]);
    expect(statuses(recap)).toEqual({ a: 'failed', b: 'changed' });
    expect(recap.outcomes[0]?.reason?.message).toBe('internal error: no such socket');
    expect(fleet.ofType('host.finished')).toHaveLength(2);
    const undone = await fleet.rollback(fleet.record());
    expect(statuses(undone)).toEqual({ a: 'failed', b: 'changed' });
    expect(exitCodeOf(undone)).toBe(20);
  });

  it('host.finished comes once for each selected host', async () => {
    const fleet = fleetWhere(['a'], 'a', 'b', 'c');
    await fleet.run([play([put('x', '1')], { serial: 1 }), play([put('y', '1')])]);
    expect(fleet.ofType('host.finished').map(({ outcome }) => outcome.host)).toEqual(['a', 'b', 'c']);
  });
});
