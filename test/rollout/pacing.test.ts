import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { exitCodeOf } from '../../src/core/exit-code.ts';
import type { Play } from '../../src/core/playbook.ts';
import { SessionError } from '../../src/core/session.ts';
import { StepError } from '../../src/core/step-type.ts';
import { checkRollouts } from '../../src/rollout/preflight.ts';
import { onScript } from '../engine/fake-host.ts';
import { Fleet, statuses } from '../engine/fake-run.ts';
import { file, fileBut, play, put, step } from '../engine/fake-steps.ts';

const NOW = '2026-11-22T05:14:43Z';
const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `h${i + 1}`);

/** On these hosts the change is refused. */
function fleetWhere(failing: readonly string[], ...hosts: string[]): Fleet {
  const fleet = new Fleet(...hosts);
  const refuse = () => {
    throw new StepError('no');
  };
  for (const name of failing) fleet.host(name).weather = onScript('set', refuse, 'x');
  return fleet;
}

const contents = (fleet: Fleet, key = 'x') =>
  Object.fromEntries(fleet.hosts.map(({ name, files }) => [name, files.get(key) ?? '']));

describe('serial', () => {
  it('grows: a canary, then a share, then the rest', async () => {
    const fleet = new Fleet(...names(10));
    await fleet.run([play([put('x', '1')], { serial: [{ count: 1 }, { percent: 20 }, { percent: 100 }] })]);
    expect(fleet.ofType('batch.started').map(({ hosts }) => hosts.length)).toEqual([1, 2, 7]);
    expect(fleet.ofType('batch.started').map(({ batches }) => batches)).toEqual([3, 3, 3]);
  });

  it('keeps its batches where hosts have failed in an earlier play', async () => {
    const fleet = fleetWhere(['h1', 'h2'], ...names(4));
    const plays = [play([put('x', '1')], { onFailure: 'continue' }), play([put('y', '1')], { serial: 2 })];
    await fleet.run(plays);
    const second = fleet.ofType('batch.started').slice(1);
    expect(second.map(({ batch, batches, hosts }) => [batch, batches, hosts])).toEqual([[1, 2, ['h3', 'h4']]]);
  });
});

describe('the plan', () => {
  it('of every play is told before the first host is touched', async () => {
    const fleet = new Fleet(...names(3));
    const second = { name: 'second', serial: 2, maxFailures: { percent: 50 }, health: [put('ok', '')], soak: 5 };
    await fleet.run([play([put('x', '1')]), play([put('y', '1')], second)]);
    expect(fleet.events.slice(0, 4).map(({ type }) => type)).toEqual([
      ...['run.started', 'rollout.planned', 'rollout.planned', 'play.started'],
    ]);
    expect(fleet.ofType('rollout.planned')).toMatchObject([
      { play: 'play', batches: [['h1', 'h2', 'h3']], bounds: { forks: 5, onFailure: 'stop', maxFailures: 1, soak: 0 } },
      { play: 'second', batches: [['h1', 'h2'], ['h3']], bounds: { maxFailures: 2, health: ['file ok '], soak: 5 } },
    ]);
  });
});

describe('forks', () => {
  it('of a play are no more than the command line allows', async () => {
    const plays = [play([put('x', '1')], { forks: 2 }), play([put('y', '1')], { forks: 9 })];
    const fleet = new Fleet(...names(4));
    await fleet.run(plays, { forks: 3 });
    expect(fleet.ofType('rollout.planned').map(({ bounds }) => bounds.forks)).toEqual([2, 3]);
  });
});

describe('max_failures', () => {
  it('counts over the whole run, not per batch', async () => {
    const fleet = fleetWhere(['h1', 'h3'], ...names(6));
    const recap = await fleet.run([play([put('x', '1')], { serial: 2, maxFailures: { count: 2 } })]);
    expect(statuses(recap)).toEqual({
      ...{ h1: 'failed', h2: 'changed', h3: 'failed', h4: 'changed' },
      ...{ h5: 'not-attempted', h6: 'not-attempted' },
    });
    expect(recap.outcomes[4]?.reason?.message).toBe(
      'the rollout stopped: 2 hosts have failed (h1, h3), max_failures is 2',
    );
    expect(exitCodeOf(recap)).toBe(8);
    expect(fleet.ofType('rollout.stopped')).toMatchObject([
      { by: 'failures', done: ['h1', 'h2', 'h3', 'h4'], left: ['h5', 'h6'] },
    ]);
  });

  it('as a percentage of all hosts stops as soon as it is reached', async () => {
    const fleet = fleetWhere(['h1', 'h2'], ...names(10));
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, maxFailures: { percent: 15 } })]);
    expect(recap.outcomes.filter(({ status }) => status === 'not-attempted')).toHaveLength(8);
  });

  it('counts hosts that can not be reached, and changes in doubt', async () => {
    const fleet = new Fleet(...names(4));
    fleet.host('h1').refuseConnection = new SessionError('unreachable', 'no route');
    fleet.host('h2').weather = onScript('set', () => {
      throw new SessionError('deadline', 'no answer in 30 s');
    });
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, maxFailures: { count: 2 } })]);
    expect(statuses(recap)).toEqual({ h1: 'unreachable', h2: 'failed', h3: 'not-attempted', h4: 'not-attempted' });
    expect(fleet.ofType('change.in-doubt')).toHaveLength(1);
    expect(exitCodeOf(recap)).toBe(8);
  });

  it('begins no further play once earlier ones have used it up', async () => {
    const fleet = fleetWhere(['h1', 'h2'], ...names(3));
    const second = play([put('y', '1')], { name: 'second', maxFailures: { count: 2 } });
    const recap = await fleet.run([play([put('x', '1')], { onFailure: 'continue' }), second]);
    expect(statuses(recap)).toEqual({ h1: 'failed', h2: 'failed', h3: 'interrupted' });
    expect(contents(fleet, 'y')).toEqual({ h1: '', h2: '', h3: '' });
    expect(exitCodeOf(recap)).toBe(8);
  });

  it('counts hosts that a fault of ours has ended', async () => {
    const fleet = new Fleet(...names(2));
    fleet.host('h1').weather = () => {
      throw new TypeError('undefined is not a function');
    };
    const recap = await fleet.run([play([put('x', '1')], { serial: 1 })]);
    expect(statuses(recap)).toEqual({ h1: 'failed', h2: 'not-attempted' });
  });

  it('that is reached by the last host has stopped nothing', async () => {
    const recap = await fleetWhere(['h2'], ...names(2)).run([play([put('x', '1')], { serial: 1 })]);
    expect(recap.stopped).toBeUndefined();
    expect(exitCodeOf(recap)).toBe(2);
  });
});

describe('on_failure', () => {
  const steps = [put('a', '1'), put('x', '1')];

  it('rollback_host puts back each failed host, also those that are allowed to fail', async () => {
    const fleet = fleetWhere(['h1'], ...names(3));
    const recap = await fleet.run([play(steps, { serial: 1, onFailure: 'rollback_host', maxFailures: { count: 2 } })]);
    expect(statuses(recap)).toEqual({ h1: 'failed', h2: 'changed', h3: 'changed' });
    expect(contents(fleet, 'a')).toEqual({ h1: '', h2: '1', h3: '1' });
  });

  it('rollback_batch puts back the batch in which the rollout stopped, and no other', async () => {
    const fleet = fleetWhere(['h4'], ...names(6));
    const recap = await fleet.run([play(steps, { serial: 2, onFailure: 'rollback_batch' })]);
    expect(statuses(recap)).toEqual({
      ...{ h1: 'changed', h2: 'changed', h3: 'rolled-back', h4: 'failed' },
      ...{ h5: 'not-attempted', h6: 'not-attempted' },
    });
    expect(contents(fleet, 'a')).toEqual({ h1: '1', h2: '1', h3: '', h4: '', h5: '', h6: '' });
    expect(recap.outcomes[2]).toMatchObject({
      rollback: { undone: ['put x', 'put a'], failed: [] },
      reason: { message: 'the rollout stopped: h4 is failed in play "play"' },
    });
    expect(fleet.hosts.map(({ connects, closes }) => connects - closes)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('rollback_batch leaves the batch alone while the budget is not used up', async () => {
    const fleet = fleetWhere(['h1'], ...names(4));
    await fleet.run([play(steps, { serial: 2, onFailure: 'rollback_batch', maxFailures: { count: 2 } })]);
    expect(contents(fleet, 'a')).toEqual({ h1: '', h2: '1', h3: '1', h4: '1' });
  });

  it('rollback_all puts back all that the run has changed, the last batch first', async () => {
    const fleet = fleetWhere(['h3'], ...names(4));
    const recap = await fleet.run([play(steps, { serial: 1, onFailure: 'rollback_all' })], { forks: 1 });
    expect(statuses(recap)).toEqual({ h1: 'rolled-back', h2: 'rolled-back', h3: 'failed', h4: 'not-attempted' });
    expect(contents(fleet, 'a')).toEqual({ h1: '', h2: '', h3: '', h4: '' });
    expect(fleet.ofType('host.rollback').map(({ host }) => host)).toEqual(['h3', 'h2', 'h1']);
    expect(fleet.ofType('host.finished')).toHaveLength(4);
  });

  it('rollback_all touches nothing that went well where nothing fails', async () => {
    const fleet = new Fleet(...names(2));
    const recap = await fleet.run([play(steps, { serial: 1, onFailure: 'rollback_all' })]);
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'changed' });
    expect(fleet.ofType('host.finished')).toHaveLength(2);
  });

  it('puts nothing back after a second Ctrl-C', async () => {
    const fleet = fleetWhere(['h2'], ...names(2));
    const journal = ({ type }: { type: string }) => {
      if (type === 'change.in-doubt') for (const _ of [1, 2]) fleet.stop.raise('SIGINT');
    };
    await fleet.run([play(steps, { onFailure: 'rollback_all' })], { forks: 1, journal });
    expect(contents(fleet, 'a')).toEqual({ h1: '1', h2: '1' });
  });
});

describe('health', () => {
  const health = [put('ill', '')];
  /** A host that the change makes ill. */
  const fragile = (fleet: Fleet, name: string) => {
    const host = fleet.host(name);
    const breaks = (_: unknown, act: () => ReturnType<Parameters<typeof host.weather>[1]>) => {
      host.put('ill', 'since then');
      return act();
    };
    host.weather = onScript('set', breaks, 'x', '');
  };

  it('that a change has spoilt is a failure of its host: the rest is untouched', async () => {
    const fleet = new Fleet(...names(3));
    fragile(fleet, 'h1');
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, health, onFailure: 'rollback_host' })]);
    expect(statuses(recap)).toEqual({ h1: 'failed', h2: 'not-attempted', h3: 'not-attempted' });
    expect(recap.outcomes[0]?.reason?.message).toBe(
      'well before its batch, and not after it: file ill : it is not as it should be: put ill',
    );
    expect(contents(fleet)).toEqual({ h1: '', h2: '', h3: '' });
    expect(fleet.host('h1').files.get('ill')).toBe('since then');
    expect(fleet.hosts.slice(1).flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('that was bad before does not count against the change, and is told', async () => {
    const fleet = new Fleet(...names(2));
    fleet.host('h1').files.set('ill', 'for long');
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, health })]);
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'changed' });
    expect(fleet.ofType('batch.health').map(({ batch, moment, ill }) => [batch, moment, ill])).toMatchObject([
      [0, 'before', [{ host: 'h1', counts: false }]],
      [0, 'after', [{ host: 'h1', counts: false }]],
      [1, 'before', []],
      [1, 'after', []],
    ]);
  });

  it('is asked again after the soak, which the clock of the run waits for', async () => {
    const fleet = new Fleet(...names(2));
    const journal = ({ type }: { type: string }) => {
      if (type === 'batch.soaking') fleet.host('h1').put('ill', 'slowly');
    };
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, health, soak: 300 })], { journal });
    expect(statuses(recap)).toEqual({ h1: 'failed', h2: 'not-attempted' });
    expect(recap.outcomes[0]?.reason?.message).toMatch(/^well before its batch, and not after the soak: /);
    const [before, , soaked] = fleet.ofType('batch.health').map(({ at }) => Date.parse(at));
    expect((soaked ?? 0) - (before ?? 0)).toBeGreaterThanOrEqual(300_000);
  });

  it('is asked over new connections, so that a host which lets nobody in any more is found out', async () => {
    const fleet = new Fleet(...names(2));
    const journal = ({ type }: { type: string }) => {
      if (type === 'change.applied')
        fleet.host('h1').refuseConnection = new SessionError('unreachable', 'sshd is gone');
    };
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, health })], { journal });
    expect(statuses(recap)).toEqual({ h1: 'unreachable', h2: 'not-attempted' });
    expect(recap.outcomes[0]?.reason?.message).toMatch(/^well before its batch, and not after it: .*sshd is gone$/);
  });

  it('changes nothing: a step that has something to change is not ok', async () => {
    const fleet = new Fleet('h1');
    fleet.host('h1').files.set('ill', 'for long');
    await fleet.run([play([put('x', '1')], { health })]);
    expect(fleet.host('h1').files.get('ill')).toBe('for long');
    expect(fleet.story('h1').filter((type) => type === 'change.applying')).toHaveLength(1);
  });

  it('is told in check mode as it is now, and waits for nothing', async () => {
    const fleet = new Fleet('h1', 'h2');
    fleet.host('h1').files.set('ill', 'for long');
    await fleet.run([play([put('x', '1')], { serial: 1, health, soak: 300 })], { mode: 'check' });
    expect(fleet.ofType('batch.health').map(({ moment }) => moment)).toEqual(['before', 'before']);
    expect(fleet.ofType('batch.soaking')).toEqual([]);
  });
});

describe('soak', () => {
  it('comes between batches, not after the last thing that there is to do', async () => {
    const fleet = new Fleet(...names(3));
    await fleet.run([play([put('x', '1')], { serial: 1, soak: 60 })]);
    expect(fleet.ofType('batch.soaking').map(({ batch, seconds }) => [batch, seconds])).toEqual([
      [0, 60],
      [1, 60],
    ]);
  });

  it('is survived by hosts of which a later play wants more, whose connections are not', async () => {
    const fleet = new Fleet(...names(2));
    await fleet.run([play([put('x', '1')], { serial: 1, soak: 60 }), play([put('y', '1')])]);
    expect(fleet.hosts.map(({ connects, closes }) => [connects, closes])).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('ends with the run', async () => {
    const fleet = new Fleet(...names(2));
    const journal = ({ type }: { type: string }) => {
      if (type === 'batch.soaking') fleet.stop.raise('SIGINT');
    };
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, soak: 3600 })], { journal });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'not-attempted' });
    const [first, last] = [fleet.events[0]?.at, fleet.events.at(-1)?.at].map((at) => Date.parse(at ?? ''));
    expect((last ?? 0) - (first ?? 0)).toBeLessThan(3_600_000);
  });
});

describe('spread_by', () => {
  it('has no more hosts of a domain at work than allowed, whatever the forks', async () => {
    const fleet = new Fleet(...names(8));
    const vars = Object.fromEntries(names(8).map((name, i) => [name, { rack: `r${i % 2}` }]));
    const rack = (host: string) => vars[host]?.rack ?? '';
    const atWork: string[] = [];
    const most: number[] = [];
    const journal = async (event: RunEvent) => {
      if (event.type === 'host.started') atWork.push(event.host);
      if (event.type === 'host.finished') atWork.splice(atWork.indexOf(event.outcome.host), 1);
      for (const host of atWork) most.push(atWork.filter((other) => rack(other) === rack(host)).length);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const recap = await fleet.run([play([put('x', '1')], { spread: { by: 'rack', most: 2 } })], {
      ...{ vars, forks: 8, journal },
    });
    expect(Math.max(...most)).toBe(2);
    expect(recap.outcomes.every(({ status }) => status === 'changed')).toBe(true);
  });
});

describe('max_containers_stopped', () => {
  const stopping = (stops: Change['stops']) =>
    fileBut({
      plan(args: { key: string; value: string }, facts: string, context) {
        const planned = file.plan(args, facts, context);
        return { ...planned, changes: planned.changes.map((change) => ({ ...change, ...(stops ? { stops } : {}) })) };
      },
    });
  const restarting = (stops: Change['stops']) => step(stopping(stops), { key: 'x', value: '1' });

  it('lets a batch begin that stops no more', async () => {
    const fleet = new Fleet(...names(2));
    const recap = await fleet.run([play([restarting(5)], { serial: 1, maxContainersStopped: 5 })]);
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'changed' });
  });

  it('does not begin one that would stop more, and has asked without telling or changing anything', async () => {
    const fleet = new Fleet(...names(4));
    fleet.host('h1').files.set('x', '1');
    const recap = await fleet.run([play([restarting(3)], { serial: 2, maxContainersStopped: 5 })]);
    expect(statuses(recap)).toEqual({ h1: 'ok', h2: 'changed', h3: 'not-attempted', h4: 'not-attempted' });
    expect(recap.outcomes[2]?.reason).toEqual({
      message:
        'the rollout stopped: its next batch would stop 6 running containers (h3: 3, h4: 3), max_containers_stopped is 5',
      todo: 'take fewer hosts in a batch (serial), or allow more',
    });
    expect(fleet.story('h3')).toEqual([]);
    expect(contents(fleet)).toMatchObject({ h3: '', h4: '' });
    expect(exitCodeOf(recap)).toBe(8);
  });

  it('leaves a host alone of which it can not be foretold', async () => {
    const fleet = new Fleet(...names(2));
    const recap = await fleet.run([
      play([restarting('unknown')], { serial: 1, maxContainersStopped: 5, maxFailures: { count: 2 } }),
    ]);
    expect(statuses(recap)).toEqual({ h1: 'failed', h2: 'failed' });
    expect(recap.outcomes[0]?.reason?.message).toMatch(/can not be foretold.*docker does not tell$/);
    expect(contents(fleet)).toEqual({ h1: '', h2: '' });
  });

  it('puts back what its play wants to be put back where such hosts use up the budget', async () => {
    const fleet = new Fleet(...names(3));
    const hanging = step(
      fileBut({
        plan: (args: { key: string; value: string }, facts: string, context) => {
          const planned = file.plan(args, facts, context);
          const stops = fleet.host('h1').files.has('x') ? 'unknown' : 1;
          return { ...planned, changes: planned.changes.map((change) => ({ ...change, stops })) };
        },
      }),
      { key: 'x', value: '1' },
    );
    const recap = await fleet.run([play([hanging], { serial: 1, maxContainersStopped: 5, onFailure: 'rollback_all' })]);
    expect(statuses(recap)).toEqual({ h1: 'rolled-back', h2: 'failed', h3: 'not-attempted' });
    expect(contents(fleet)).toEqual({ h1: '', h2: '', h3: '' });
  });

  it('says the same in check mode', async () => {
    const fleet = new Fleet(...names(2));
    const plays = [play([restarting(3)], { serial: 1, maxContainersStopped: 2 })];
    expect(statuses(await fleet.run(plays, { mode: 'check' }))).toEqual({ h1: 'not-attempted', h2: 'not-attempted' });
  });
});

describe('window', () => {
  const open = { start: 5 * 60, end: 5 * 60 + 15, zone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6] };
  const closed = { ...open, start: 6 * 60, end: 7 * 60 };

  it('is asked before every batch', async () => {
    const fleet = new Fleet(...names(3));
    const recap = await fleet.run([play([put('x', '1')], { serial: 1, soak: 60, window: open })]);
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'not-attempted', h3: 'not-attempted' });
    expect(recap.outcomes[1]?.reason).toEqual({
      message: 'the rollout stopped: batches of play "play" begin from 05:00 to 05:15 UTC only',
      todo: 'run again at 2026-11-23T05:00Z or later',
    });
    expect(fleet.ofType('rollout.stopped')).toMatchObject([{ by: 'window', done: ['h1'], left: ['h2', 'h3'] }]);
    expect(exitCodeOf(recap)).toBe(8);
  });

  it('that is closed does not keep anyone from checking', async () => {
    const fleet = new Fleet('h1');
    const recap = await fleet.run([play([put('x', '1')], { window: closed })], { mode: 'check' });
    expect(statuses(recap)).toEqual({ h1: 'changed' });
  });

  it('that is closed for the first batch refuses the run', () => {
    const resolved = [
      { play: play([put('x', '1')], { window: closed }), hosts: [{ name: 'h1', groups: [], vars: {} }] },
    ];
    expect(() => checkRollouts(resolved, 'check', Date.parse(NOW))).not.toThrow();
    expect(() => checkRollouts(resolved, 'run', Date.parse('2026-11-22T06:30:00Z'))).not.toThrow();
    expect(() => checkRollouts(resolved, 'run', Date.parse(NOW))).toThrow(
      new InputError([
        {
          ...{ severity: 'error', at: { file: 'play.yaml', line: 1, column: 1 } },
          message: 'play "play" may only begin from 06:00 to 07:00 UTC; no host was touched',
          todo: 'run again at 2026-11-22T06:00Z or later',
        },
      ]),
    );
  });
});

describe('max_hosts', () => {
  it.each([
    [2, false],
    [1, true],
  ])('%i for two hosts: refused %s, also in check mode', (maxHosts, refused) => {
    const hosts = names(2).map((name) => ({ name, groups: [], vars: {} }));
    const check = () => checkRollouts([{ play: play([], { maxHosts }), hosts }], 'check', 0);
    if (refused) expect(check).toThrow('play "play" selects 2 hosts, its max_hosts is 1');
    else expect(check).not.toThrow();
  });
});

describe('confirm: canary', () => {
  const careful = (more: Partial<Play> = {}) =>
    play([put('x', '1')], { serial: [{ count: 1 }, { percent: 100 }], confirm: 'canary', ...more });

  it('waits for people after the first batch', async () => {
    const fleet = new Fleet(...names(3));
    const recap = await fleet.run([careful()]);
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'not-attempted', h3: 'not-attempted' });
    expect(fleet.ofType('rollout.paused')).toMatchObject([
      { play: 'play', by: 'confirm', done: ['h1'], left: ['h2', 'h3'], reason: { todo: /unwedge resume run-0$/ } },
    ]);
    expect(recap.stopped).toBe('confirm');
    expect(exitCodeOf(recap)).toBe(0);
  });

  it('goes on once they have', async () => {
    const recap = await new Fleet(...names(3)).run([careful()], { confirmed: 1 });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'changed', h3: 'changed' });
  });

  it('is asked for each canary', async () => {
    const fleet = new Fleet(...names(2));
    const second = careful({ name: 'second', steps: [put('y', '1')] });
    const recap = await fleet.run([careful(), second], { confirmed: 1 });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'interrupted' });
    expect(fleet.ofType('rollout.paused').map((event) => event.play)).toEqual(['second']);
  });

  it('does not wait where nothing is left, where the canary failed, or in check mode', async () => {
    const alone = new Fleet('h1');
    await alone.run([careful()]);
    const failed = fleetWhere(['h1'], ...names(2));
    await failed.run([careful()]);
    const checked = new Fleet(...names(2));
    await checked.run([careful()], { mode: 'check' });
    expect([alone, failed, checked].map((fleet) => fleet.ofType('rollout.paused').length)).toEqual([0, 0, 0]);
  });
});
