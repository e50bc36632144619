import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/core/exit-code.ts';
import { SessionError } from '../../src/core/session.ts';
import { StopControl } from '../../src/engine/stop-control.ts';
import { onScript, type Weather } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { play, put, restart, step } from './fake-steps.ts';

const stopping =
  (fleet: Fleet, times: 1 | 2): Weather =>
  async (_, act) => {
    const result = act();
    for (let i = 0; i < times; i++) fleet.stop.raise('SIGINT');
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  };

describe('StopControl', () => {
  it('rises twice, then stays', () => {
    const stop = new StopControl();
    const heard: unknown[] = [];
    const stopListening = stop.onRaise((level, signal) => heard.push([level, signal]));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT']) stop.raise(signal);
    expect(heard).toEqual([
      [1, 'SIGINT'],
      [2, 'SIGTERM'],
    ]);
    expect([stop.level, stop.signal]).toEqual([2, 'SIGTERM']);
    stopListening();
  });

  it('no longer tells who has stopped listening', () => {
    const stop = new StopControl();
    const heard: unknown[] = [];
    stop.onRaise((level) => heard.push(level))();
    stop.raise('SIGINT');
    expect(heard).toEqual([]);
  });
});

describe('a first Ctrl-C', () => {
  it('lets the step in flight end, verified, and starts nothing new', async () => {
    const fleet = new Fleet('a', 'b');
    fleet.host('a').weather = onScript('set', stopping(fleet, 1));
    const recap = await fleet.run([play([put('x', '1'), put('y', '1')])], { forks: 1 });
    expect(statuses(recap)).toEqual({ a: 'interrupted', b: 'not-attempted' });
    expect(recap.interrupted).toBe(true);
    expect(exitCodeOf(recap)).toBe(130);
    expect(fleet.ofType('step.finished').map(({ status }) => status)).toEqual(['changed']);
    expect(recap.outcomes[0]?.reason?.message).toBe('stopped by SIGINT before "file y 1"');
    expect(fleet.ofType('run.interrupted')).toMatchObject([{ signal: 'SIGINT', times: 1 }]);
    expect(fleet.host('b').connects).toBe(0);
  });

  it('names the handlers that were notified and did not run', async () => {
    const fleet = new Fleet('a');
    fleet.host('a').weather = onScript('set', stopping(fleet, 1));
    const handlers = [step(restart, { unit: 'docker' }, { name: 'restart docker' })];
    const recap = await fleet.run([play([put('x', '1', { notify: ['restart docker'] })], { handlers })]);
    expect(recap.outcomes[0]?.reason?.message).toBe(
      'stopped by SIGINT before "restart docker"; notified and not run: restart docker',
    );
  });

  it('after the end is not told of any more', async () => {
    const fleet = new Fleet('a');
    await fleet.run([play([put('x', '1')])]);
    fleet.stop.raise('SIGINT');
    expect(fleet.events.at(-1)?.type).toBe('run.finished');
    expect(fleet.ofType('run.interrupted')).toEqual([]);
  });

  it('leaves a host that was at its last step done', async () => {
    const fleet = new Fleet('a');
    fleet.host('a').weather = onScript('set', stopping(fleet, 1));
    const recap = await fleet.run([play([put('x', '1')])]);
    expect(statuses(recap)).toEqual({ a: 'changed' });
    expect(recap.interrupted).toBe(true);
  });
});

describe('a second Ctrl-C', () => {
  it('ends the request in flight; the change is in doubt and nothing is rolled back', async () => {
    const fleet = new Fleet('a');
    fleet.host('a').weather = onScript('set', stopping(fleet, 2));
    const recap = await fleet.run([play([put('x', '1'), put('y', '1')], { onFailure: 'rollback_host' })]);
    expect(recap.outcomes[0]).toMatchObject({
      status: 'interrupted',
      reason: { message: '"put x" is in doubt: a: ended' },
    });
    expect(fleet.record().hosts[0]?.changes).toMatchObject([{ state: 'in-doubt' }]);
    expect(fleet.ofType('change.undoing')).toEqual([]);
    expect(fleet.host('a').closes).toBe(1);
  });

  it('waits for no connection that is still being opened, and closes it when it is', async () => {
    const fleet = new Fleet('a');
    const host = fleet.host('a');
    let open = () => {};
    const connect = host.connect.bind(host);
    host.connect = () => new Promise((resolve) => (open = () => resolve(connect())));
    const report = ({ type }: { type: string }) => {
      if (type !== 'step.started') return;
      setImmediate(() => {
        fleet.stop.raise('SIGINT');
        fleet.stop.raise('SIGINT');
      });
    };
    const recap = await fleet.run([play([put('x', '1')])], { report });
    expect(recap.outcomes[0]).toMatchObject({ status: 'interrupted', changes: 0 });
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(host.closes).toBe(1);
    expect(host.requests).toEqual([]);
  });

  it('during a rollback ends the undo in flight and tries no further one', async () => {
    const fleet = new Fleet('a');
    let sets = 0;
    fleet.host('a').weather = onScript('set', (request, act) => {
      sets += 1;
      if (sets === 3) throw new SessionError('deadline', 'too slow');
      return sets === 4 ? stopping(fleet, 2)(request, act) : act();
    });
    const recap = await fleet.run([
      play([put('x', '1'), put('y', '1'), put('z', '1')], { onFailure: 'rollback_host' }),
    ]);
    expect(recap.outcomes[0]?.rollback?.failed.map(({ summary }) => summary)).toEqual(['put z', 'put y', 'put x']);
    expect(fleet.ofType('change.undoing')).toHaveLength(1);
  });
});
