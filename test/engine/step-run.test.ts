import { describe, expect, it } from 'vitest';
import { StepError } from '../../src/core/step-type.ts';
import { onScript } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { burn, fileBut, play, put, restart, step, when } from './fake-steps.ts';

const fleetOf = (...names: string[]) => new Fleet(...names);
const reasonOf = (fleet: Fleet) => fleet.ofType('step.finished').at(-1)?.reason?.message;

describe('a step that goes well', () => {
  it('probes, plans, applies and verifies, telling each', async () => {
    const fleet = fleetOf('web-1');
    const recap = await fleet.run([play([put('a', '1')])]);
    expect(fleet.trace).toEqual([
      ...[
        'run.started',
        'rollout.planned',
        'play.started',
        'batch.started',
        'host.started',
        'step.started',
        'web-1: get a',
      ],
      ...['step.planned', 'change.applying', 'web-1: set a  1', 'change.applied', 'web-1: get a', 'step.finished'],
      ...['host.finished', 'run.finished'],
    ]);
    expect(recap).toEqual({ outcomes: [{ host: 'web-1', status: 'changed', changes: 1 }], interrupted: false });
  });

  it('is ok where there is nothing to do, and verifies nothing', async () => {
    const fleet = fleetOf('web-1');
    fleet.host('web-1').files.set('a', '1');
    expect(statuses(await fleet.run([play([put('a', '1')])]))).toEqual({ 'web-1': 'ok' });
    expect(fleet.host('web-1').requests).toEqual(['web-1: get a']);
    expect(fleet.ofType('step.planned')).toEqual([]);
  });

  it('tells its notes where it changes nothing', async () => {
    const fleet = fleetOf('web-1');
    const noting = fileBut({ plan: () => ({ changes: [], notes: ['held by pid 7'] }) });
    await fleet.run([play([step(noting, { key: 'a', value: '' })])]);
    expect(fleet.ofType('step.planned')).toMatchObject([{ changes: [], notes: ['held by pid 7'] }]);
  });

  it('has the deadline that the playbook gives it, in probe, apply and verify', async () => {
    const fleet = fleetOf('web-1');
    const deadlines: number[] = [];
    fleet.host('web-1').weather = ({ deadline }, act) => {
      deadlines.push(deadline);
      return act();
    };
    await fleet.run([play([put('a', '1', { deadline: 7 })])]);
    expect(deadlines).toEqual([7, 7, 7]);
  });

  it('tells how long it took by the clock that never goes back', async () => {
    const fleet = fleetOf('web-1');
    await fleet.run([play([put('a', '1')])]);
    expect(fleet.ofType('step.finished')[0]?.durationMs).toBe(1);
  });
});

describe('when', () => {
  it('skips without opening a connection', async () => {
    const fleet = fleetOf('web-1');
    await fleet.run([play([put('a', '1', { when: when('false', () => false) })])]);
    expect(fleet.ofType('step.finished')).toMatchObject([{ status: 'skipped', changes: 0 }]);
    expect(fleet.host('web-1').connects).toBe(0);
  });

  it('fails the host where it cannot be evaluated', async () => {
    const fleet = fleetOf('web-1');
    const broken = when('found.dead > 0', () => {
      throw new StepError('found has no dead', { todo: 'see play.yaml:3:4' });
    });
    const recap = await fleet.run([play([put('a', '1', { when: broken })])]);
    expect(recap.outcomes[0]).toMatchObject({
      status: 'failed',
      reason: { message: 'found has no dead', todo: 'see play.yaml:3:4' },
    });
  });
});

describe('register', () => {
  const scopes: unknown[] = [];
  const spy = when('spy', (scope) => scopes.push(scope) < 0);

  it.each(['check', 'run'] as const)(
    'gives later steps the planned output and whether it changed (%s)',
    async (mode) => {
      scopes.length = 0;
      const fleet = fleetOf('web-1');
      fleet.host('web-1').files.set('a', '0');
      const steps = [
        put('a', '1', { register: 'first' }),
        put('b', '', { register: 'second' }),
        put('c', '1', { when: spy }),
      ];
      await fleet.run([play(steps, { vars: { color: 'blue' } })], { mode });
      const registers = { first: { was: '0', changed: true }, second: { was: '', changed: false } };
      expect(scopes).toEqual([{ color: 'blue', inventory_hostname: 'web-1', group_names: [], ...registers }]);
    },
  );

  it('is not set by a step that was skipped', async () => {
    scopes.length = 0;
    const fleet = fleetOf('web-1');
    const skipped = put('a', '1', { register: 'it', when: when('no', () => false) });
    await fleet.run([play([skipped, put('b', '1', { when: spy })])]);
    expect(scopes[0]).not.toHaveProperty('it');
  });

  it('ends with its play', async () => {
    scopes.length = 0;
    const fleet = fleetOf('web-1');
    await fleet.run([play([put('a', '1', { register: 'it' })]), play([put('b', '1', { when: spy })])]);
    expect(scopes[0]).not.toHaveProperty('it');
  });

  it('feeds the arguments of later steps', async () => {
    const fleet = fleetOf('web-1');
    fleet.host('web-1').files.set('a', 'old');
    const copy = { ...put('b', ''), args: (scope: object) => ({ key: 'b', value: JSON.stringify(scope) }) };
    await fleet.run([play([put('a', '1', { register: 'it' }), copy])]);
    expect(JSON.parse(fleet.host('web-1').files.get('b') ?? '')).toMatchObject({ it: { was: 'old', changed: true } });
  });
});

describe('a step that refuses or does not hold', () => {
  it('fails with the refusal, and plans and touches nothing', async () => {
    const fleet = fleetOf('web-1');
    const change = { resource: 'r', summary: 's', before: null, after: null, risk: 'none' } as const;
    const refusing = fileBut({
      plan: () => ({ changes: [change], refusal: { reason: 'live-restore is on', todo: 'turn it off' } }),
    });
    const recap = await fleet.run([play([step(refusing, { key: 'a', value: '1' })])]);
    expect(recap.outcomes[0]?.reason).toEqual({ message: 'live-restore is on', todo: 'turn it off' });
    expect(fleet.ofType('step.planned')).toEqual([]);
    expect(fleet.ofType('change.applying')).toEqual([]);
  });

  it('fails where the second look finds more to do', async () => {
    const fleet = fleetOf('web-1');
    fleet.host('web-1').weather = onScript('set', () => ({ code: 0, stdout: '', stderr: '', truncated: false }));
    const recap = await fleet.run([play([put('a', '1')])]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'failed', changes: 1 });
    expect(reasonOf(fleet)).toBe('verify: still to do: put a');
    expect(fleet.story('web-1')).toContain('change.applied');
  });

  it('lets a step know what it has just done, so that an activation verifies', async () => {
    const fleet = fleetOf('web-1');
    fleet.host('web-1').weather = (request, act) =>
      request.script === 'stale' ? { code: 0, stdout: 'yes', stderr: '', truncated: false } : act();
    expect(statuses(await fleet.run([play([step(restart, { unit: 'docker' })])]))).toEqual({ 'web-1': 'changed' });
  });
});

describe('handlers', () => {
  const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' }), put('log', 'x', { name: 'note' })];

  it.each(['check', 'run'] as const)('run once each, in their own order, after all steps (%s)', async (mode) => {
    const fleet = fleetOf('web-1');
    const steps = [put('a', '1', { notify: ['note', 'restart'] }), put('b', '1', { notify: ['restart'] })];
    await fleet.run([play(steps, { handlers })], { mode });
    const started = fleet.ofType('step.started').map(({ step, index, handler }) => [step, index, handler]);
    expect(started).toEqual([
      ...[
        ['file a 1', 0, false],
        ['file b 1', 1, false],
      ],
      ...[
        ['restart', 2, true],
        ['note', 3, true],
      ],
    ]);
  });

  it('do not run where the notifying step changed nothing', async () => {
    const fleet = fleetOf('web-1');
    await fleet.run([play([put('a', '', { notify: ['note'] })], { handlers })]);
    expect(fleet.ofType('step.started')).toHaveLength(1);
  });

  it('do not run on a host that failed before the end of its steps', async () => {
    const fleet = fleetOf('web-1');
    fleet.host('web-1').weather = onScript('set', () => ({ code: 1, stdout: '', stderr: '', truncated: false }), 'b');
    await fleet.run([play([put('a', '1', { notify: ['note'] }), put('b', '1')], { handlers })]);
    expect(fleet.ofType('step.started').map(({ handler }) => handler)).toEqual([false, false]);
  });

  it('may notify each other, and still run once', async () => {
    const fleet = fleetOf('web-1');
    const circle = [put('x', '1', { name: 'one', notify: ['two'] }), put('y', '1', { name: 'two', notify: ['one'] })];
    await fleet.run([play([put('a', '1', { notify: ['two'] })], { handlers: circle })]);
    expect(fleet.ofType('step.started').map(({ step }) => step)).toEqual(['file a 1', 'two', 'one']);
  });
});

describe('check mode', () => {
  it('touches nothing and shows later steps what would have changed', async () => {
    const fleet = fleetOf('web-1');
    fleet.host('web-1').files.set('a', '0');
    const recap = await fleet.run([play([put('a', '1'), put('a', '1'), step(burn, { key: 'a' })])], { mode: 'check' });
    expect(fleet.host('web-1').requests).toEqual(['web-1: get a', 'web-1: get a', 'web-1: get a']);
    expect(fleet.ofType('step.planned').flatMap(({ changes }) => changes.map(({ summary }) => summary))).toEqual([
      'put a',
      'burn a',
    ]);
    expect(recap.outcomes).toEqual([{ host: 'web-1', status: 'changed', changes: 2 }]);
    expect(fleet.host('web-1').files.get('a')).toBe('0');
  });

  it('remembers over plays', async () => {
    const fleet = fleetOf('web-1');
    await fleet.run([play([put('a', '1')]), play([put('a', '1')])], { mode: 'check' });
    expect(fleet.ofType('step.finished').map(({ status }) => status)).toEqual(['changed', 'ok']);
  });
});
