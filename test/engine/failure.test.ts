import { describe, expect, it } from 'vitest';
import { SessionError, type SessionFailure } from '../../src/core/session.ts';
import { type AnyStepType, StepError } from '../../src/core/step-type.ts';
import { onScript, type Weather } from './fake-host.ts';
import { Fleet } from './fake-run.ts';
import { fileBut, play, put, step } from './fake-steps.ts';

const throws =
  (error: Error): Weather =>
  () => {
    throw error;
  };
const session = (failure: SessionFailure) => new SessionError(failure, `it was ${failure}`, 'look');
const bug = () => new TypeError('undefined is not a function');

interface Case {
  readonly error: Error;
  readonly host: string;
  readonly change: string;
  readonly message: string;
}

describe('an apply that throws', () => {
  const cases: readonly Case[] = [
    { error: new StepError('busy'), host: 'failed', change: 'change.in-doubt', message: 'busy' },
    {
      error: new StepError('read-only', { unchanged: true }),
      ...{ host: 'failed', change: 'change.left', message: 'read-only' },
    },
    {
      error: new StepError('gone', { drifted: true }),
      ...{ host: 'failed', change: 'change.drifted', message: 'gone' },
    },
    {
      error: session('lost'),
      ...{ host: 'unreachable', change: 'change.in-doubt', message: '"put a" is in doubt: it was lost' },
    },
    {
      error: session('deadline'),
      ...{ host: 'failed', change: 'change.in-doubt', message: '"put a" is in doubt: it was deadline' },
    },
    {
      error: session('cancelled'),
      ...{ host: 'interrupted', change: 'change.in-doubt', message: '"put a" is in doubt: it was cancelled' },
    },
    {
      error: session('refused'),
      ...{ host: 'failed', change: 'change.in-doubt', message: '"put a" is in doubt: it was refused' },
    },
    {
      error: bug(),
      ...{ host: 'failed', change: 'change.in-doubt', message: 'internal error: undefined is not a function' },
    },
  ];
  it.each(cases)('$error.name $error.message → $change, host $host', async ({ error, host, change, message }) => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').weather = onScript('set', throws(error));
    const recap = await fleet.run([play([put('a', '1'), put('b', '1')])]);
    const end = host === 'unreachable' ? 'host.unreachable' : 'step.finished';
    expect(fleet.story('web-1')).toEqual([
      ...['host.started', 'step.started', 'step.planned', 'change.applying', change, end],
    ]);
    expect(recap.outcomes[0]).toMatchObject({ status: host, reason: { message } });
    // The event names its change already.
    const told = fleet.events.find(({ type }) => type === change);
    expect(told).toMatchObject({ reason: expect.not.stringContaining('put a') });
  });

  it('after a first change leaves the first applied and counts it', async () => {
    const fleet = new Fleet('web-1');
    const two = fileBut({
      plan: () => ({
        changes: ['a', 'b'].map((key) => ({
          ...{ resource: `file ${key}`, summary: key, before: '', after: '1', risk: 'none' as const, data: { key } },
        })),
      }),
    });
    fleet.host('web-1').weather = onScript('set', throws(new StepError('gone', { drifted: true })), 'b');
    const recap = await fleet.run([play([step(two, { key: 'a', value: '1' })])]);
    expect(fleet.record().hosts[0]?.changes.map(({ state }) => state)).toEqual(['applied', 'drifted']);
    expect(recap.outcomes[0]?.changes).toBe(1);
    expect(fleet.ofType('step.finished')[0]).toMatchObject({ status: 'failed', changes: 1 });
  });
});

describe('a change that the host refuses, for certain', () => {
  /** Plans a and b where they are not there yet. */
  const two = (refused: string) => {
    const there = new Set<string>();
    return fileBut({
      plan: () => ({
        changes: ['a', 'b']
          .filter((key) => !there.has(key))
          .map((key) => ({
            ...{ resource: `file ${key}`, summary: key, before: '', after: '1', risk: 'none' as const, data: { key } },
          })),
      }),
      apply: async (_host, { data: { key } }) => {
        if (key === refused) throw new StepError(`${key} is busy`, { left: true });
        there.add(key);
      },
    });
  };
  const changed = (fleet: Fleet) => fleet.ofType('step.finished').map(({ status, changes }) => [status, changes]);

  it('is left, and the step goes on with the others', async () => {
    const fleet = new Fleet('web-1');
    const recap = await fleet.run([play([step(two('a'), {}), put('c', '1')])]);
    expect(fleet.ofType('change.left')).toMatchObject([{ seq: 0, reason: 'a is busy' }]);
    expect(fleet.record().hosts[0]?.changes.map(({ state }) => state)).toEqual(['left', 'applied', 'applied']);
    expect(changed(fleet)).toEqual([
      ['changed', 1],
      ['changed', 1],
    ]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'changed', changes: 2 });
  });

  it('leaves the step ok where nothing else was to do, and nothing to roll back', async () => {
    const fleet = new Fleet('web-1');
    const only = two('a');
    const recap = await fleet.run([play([step({ ...only, plan: one(only.plan) }, {})])]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'ok', changes: 0 });
    await fleet.rollback(fleet.record());
    expect(fleet.ofType('change.undoing')).toEqual([]);
  });

  it('still fails the step where another change did not come about', async () => {
    const fleet = new Fleet('web-1');
    // Its apply returns, and nothing is there after it.
    const idle = { ...two('a'), apply: two('a').apply };
    const recap = await fleet.run([play([step(idle, {})])]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'failed', reason: { message: 'verify: still to do: b' } });
  });

  /** The first of its changes only. */
  function one(plan: AnyStepType['plan']): AnyStepType['plan'] {
    return (args, facts, context) => ({ changes: plan(args, facts, context).changes.slice(0, 1) });
  }
});

describe('a probe that throws', () => {
  const cases: readonly (readonly [Error, string, string])[] = [
    [session('unreachable'), 'unreachable', 'it was unreachable'],
    [session('lost'), 'unreachable', 'it was lost'],
    [session('deadline'), 'failed', 'it was deadline'],
    [session('cancelled'), 'interrupted', 'it was cancelled'],
    [new StepError('no docker here'), 'failed', 'no docker here'],
    [bug(), 'failed', 'internal error: undefined is not a function'],
  ];
  it.each(cases)('%s → host %s', async (error, status, message) => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').weather = onScript('get', throws(error));
    const recap = await fleet.run([play([put('a', '1')])]);
    expect(recap.outcomes[0]).toMatchObject({ status, reason: { message }, changes: 0 });
    expect(fleet.ofType('change.applying')).toEqual([]);
  });

  it('while verifying: the change stays applied', async () => {
    const fleet = new Fleet('web-1');
    let probes = 0;
    fleet.host('web-1').weather = onScript('get', (_, act) => {
      probes += 1;
      if (probes === 2) throw session('lost');
      return act();
    });
    const recap = await fleet.run([play([put('a', '1')])]);
    expect(fleet.record().hosts[0]).toMatchObject({
      changes: [{ state: 'applied' }],
      steps: [{ status: 'unreachable' }],
    });
    expect(recap.outcomes[0]?.status).toBe('unreachable');
  });
});

describe('an internal error', () => {
  it('keeps its stack for the report and stops no other host', async () => {
    const fleet = new Fleet('web-1', 'web-2');
    const broken = fileBut({
      plan: (_args, facts) => {
        if (facts === 'poison') throw bug();
        return { changes: [] };
      },
    });
    fleet.host('web-1').files.set('a', 'poison');
    const recap = await fleet.run([play([step(broken, { key: 'a', value: '1' })], { onFailure: 'continue' })]);
    expect(recap.outcomes.map(({ status }) => status)).toEqual(['failed', 'ok']);
    expect(recap.outcomes[0]?.reason?.todo).toMatch(/please report it:\nTypeError: .*\n.*failure\.test\.ts/);
  });
});

describe('a host that no session can be opened to', () => {
  it('is unreachable with that reason, and asked once', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').refuseConnection = new SessionError('unreachable', 'host key changed', 'ssh-keygen -R web-1');
    const recap = await fleet.run([play([put('a', '1')]), play([put('b', '1')])]);
    expect(recap.outcomes[0]?.reason).toEqual({ message: 'host key changed', todo: 'ssh-keygen -R web-1' });
    expect(fleet.host('web-1').connects).toBe(1);
    expect(fleet.story('web-1')).toEqual(['host.started', 'step.started', 'host.unreachable']);
  });
});
