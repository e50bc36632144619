import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/core/session.ts';
import { StepError } from '../../src/core/step-type.ts';
import { onScript, type Weather } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { block, play, put, restart, step, when } from './fake-steps.ts';

const refused: Weather = () => ({ code: 1, stdout: '', stderr: '', truncated: false });
const gone: Weather = () => {
  throw new SessionError('lost', 'the wire was cut');
};
/** A fleet of one host on which putting `b` meets `fault`. */
const fleetWith = (fault: Weather): Fleet => {
  const fleet = new Fleet('h');
  fleet.host('h').weather = onScript('set', fault, 'b');
  return fleet;
};
const begun = (fleet: Fleet) => fleet.ofType('step.started').map(({ step }) => step);
const ends = (fleet: Fleet) =>
  fleet.ofType('step.finished').map(({ step, status, tolerated }) => [step, tolerated ?? status]);
const files = (fleet: Fleet) => Object.fromEntries(fleet.host('h').files);

const guarded = block([put('a', '1'), put('b', '1'), put('c', '1')], {
  rescue: [put('r', '1')],
  always: [put('z', '1')],
});

describe('a block', () => {
  it('is its steps and its end, where none fails; a rescue is not even told', async () => {
    const fleet = new Fleet('h');
    const recap = await fleet.run([play([guarded, put('d', '1')])]);
    expect(statuses(recap)).toEqual({ h: 'changed' });
    expect(begun(fleet)).toEqual(['file a 1', 'file b 1', 'file c 1', 'file z 1', 'file d 1']);
  });

  it('goes on with its rescue where a step failed, and then behind the block', async () => {
    const fleet = fleetWith(refused);
    const recap = await fleet.run([play([guarded, put('d', '1')])]);
    expect(ends(fleet)).toEqual([
      ...[
        ['file a 1', 'changed'],
        ['file b 1', 'rescued'],
      ],
      ...[
        ['file r 1', 'changed'],
        ['file z 1', 'changed'],
        ['file d 1', 'changed'],
      ],
    ]);
    expect(recap.outcomes[0]).toMatchObject({ host: 'h', status: 'changed' });
    expect(recap.outcomes[0]).not.toHaveProperty('reason');
  });

  it('without a rescue ends the host with the first failure, after its end', async () => {
    const fleet = fleetWith(refused);
    fleet.host('h').weather = (request, act) =>
      request.script === 'set' && 'bz'.includes(request.args[0] ?? '') ? { ...act(), code: 1 } : act();
    const recap = await fleet.run([play([{ ...guarded, rescue: [] }, put('d', '1')])]);
    expect(begun(fleet)).toEqual(['file a 1', 'file b 1', 'file z 1']);
    expect(recap.outcomes[0]).toMatchObject({ status: 'failed', reason: { message: 'b: exit 1' } });
  });

  it('fails where its rescue fails; a block around it may rescue that', async () => {
    const broken = block([put('b', '1')], { rescue: [put('b', '2')] });
    const fleet = fleetWith(refused);
    const recap = await fleet.run([play([block([broken], { rescue: [put('o', '1')] }), put('d', '1')])]);
    expect(ends(fleet)).toEqual([
      ...[
        ['file b 1', 'rescued'],
        ['file b 2', 'rescued'],
      ],
      ...[
        ['file o 1', 'changed'],
        ['file d 1', 'changed'],
      ],
    ]);
    expect(statuses(recap)).toEqual({ h: 'changed' });
  });

  it('rescues no host that is gone, and none that was stopped', async () => {
    const lost = fleetWith(gone);
    expect(statuses(await lost.run([play([guarded])]))).toEqual({ h: 'unreachable' });
    expect(begun(lost)).toEqual(['file a 1', 'file b 1']);

    const stopped = fleetWith((_, act) => {
      stopped.stop.raise('SIGINT');
      return act();
    });
    expect(statuses(await stopped.run([play([guarded])]))).toEqual({ h: 'interrupted' });
    expect(begun(stopped)).toEqual(['file a 1', 'file b 1']);
  });

  it('rescues nobody once the journal takes no more', async () => {
    const fleet = new Fleet('h');
    const journal = () => {
      throw new Error('the disk is full');
    };
    const full = (event: { type: string }) => (event.type === 'change.applying' ? journal() : undefined);
    const recap = await fleet.run([play([guarded])], { journal: full });
    expect(statuses(recap)).toEqual({ h: 'failed' });
    expect(fleet.host('h').requests).toEqual(['h: get a']);
  });

  it('keeps the changes of what failed: a rollback takes them back with all others', async () => {
    const fleet = fleetWith(refused);
    await fleet.run([play([guarded])]);
    expect(files(fleet)).toEqual({ a: '1', r: '1', z: '1' });
    fleet.host('h').weather = (_, act) => act();
    await fleet.rollback(fleet.record());
    expect(files(fleet)).toEqual({});
  });

  it('notifies from within, also from its rescue', async () => {
    const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' })];
    const fleet = fleetWith(refused);
    const own = block([put('b', '1')], { rescue: [put('r', '1', { notify: ['restart'] })] });
    await fleet.run([play([own], { handlers })]);
    expect(begun(fleet)).toEqual(['file b 1', 'file r 1', 'restart']);
  });
});

describe("a block's condition", () => {
  it('is asked once, and tells each step as skipped where it is false', async () => {
    const fleet = new Fleet('h');
    let asked = 0;
    const never = when('no', () => {
      asked += 1;
      return false;
    });
    await fleet.run([play([{ ...guarded, when: never }, put('d', '1')])]);
    expect(ends(fleet)).toEqual([
      ...[
        ['file a 1', 'skipped'],
        ['file b 1', 'skipped'],
        ['file c 1', 'skipped'],
      ],
      ...[
        ['file z 1', 'skipped'],
        ['file d 1', 'changed'],
      ],
    ]);
    expect(asked).toBe(1);
  });

  it('is not asked again when a step within changes what it reads', async () => {
    const fleet = new Fleet('h');
    const first = put('x', '1', { register: 'x' });
    const unless = when('!x.changed', (scope) => (scope.x as { changed: boolean }).changed);
    const again = put('x', '1', { register: 'x', name: 'again' });
    await fleet.run([play([first, block([again, put('y', '1')], { when: unless })])]);
    expect(ends(fleet).at(-1)).toEqual(['file y 1', 'changed']);
  });

  it('fails the host by the first step where it cannot be evaluated; its own rescue is not for that', async () => {
    const fleet = new Fleet('h');
    const broken = when('x', () => {
      throw new StepError('x is not set');
    });
    const recap = await fleet.run([play([{ ...guarded, when: broken }])]);
    expect(begun(fleet)).toEqual(['file a 1']);
    expect(recap.outcomes[0]).toMatchObject({ status: 'failed', reason: { message: 'x is not set' } });
    expect(fleet.host('h').requests).toEqual([]);
  });
});

describe("a block's inputs", () => {
  const seen: unknown[] = [];
  const spy = when('spy', (scope) => seen.push(scope.unit) > 0);

  it('are taken once, hide what is outside, and end with it', async () => {
    seen.length = 0;
    const fleet = new Fleet('h');
    const inner = block([put('a', '1', { when: spy })], { inputs: ({ unit }) => ({ unit: `${unit} of inner` }) });
    const outer = block([put('b', '1', { when: spy }), inner, put('c', '1', { when: spy })], {
      inputs: ({ unit }) => ({ unit: `outer, not ${unit}` }),
    });
    await fleet.run([play([outer, put('d', '1', { when: spy })], { vars: { unit: 'of the play' } })]);
    expect(seen).toEqual([
      'outer, not of the play',
      'outer, not of the play of inner',
      'outer, not of the play',
      'of the play',
    ]);
  });

  it('that cannot be given fail its first step', async () => {
    const fleet = new Fleet('h');
    const inputs = () => {
      throw new StepError('play.yaml:3:4: no such thing');
    };
    const recap = await fleet.run([play([block([put('a', '1')], { inputs })])]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'failed', reason: { message: 'play.yaml:3:4: no such thing' } });
  });
});

describe('ignore_errors', () => {
  const seen: unknown[] = [];
  const spy = when('spy', (scope) => seen.push(scope.it) > 0);

  it('tells the failure and goes on, with a register that says so', async () => {
    seen.length = 0;
    const fleet = fleetWith(refused);
    const recap = await fleet.run([
      play([put('b', '1', { ignoreErrors: true, register: 'it' }), put('c', '1', { when: spy })]),
    ]);
    expect(ends(fleet)).toEqual([
      ['file b 1', 'ignored'],
      ['file c 1', 'changed'],
    ]);
    expect(seen).toEqual([{ changed: true, failed: true }]);
    expect(statuses(recap)).toEqual({ h: 'changed' });
  });

  it('says of a step that went well that it has not failed', async () => {
    seen.length = 0;
    const fleet = new Fleet('h');
    await fleet.run([play([put('b', '1', { ignoreErrors: true, register: 'it' }), put('c', '1', { when: spy })])]);
    expect(seen).toEqual([{ was: '', changed: true, failed: false }]);
  });

  it('notifies nobody of what failed', async () => {
    const fleet = fleetWith(refused);
    const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' })];
    await fleet.run([play([put('b', '1', { ignoreErrors: true, notify: ['restart'] })], { handlers })]);
    expect(begun(fleet)).toEqual(['file b 1']);
  });

  it('is not for a host that is gone', async () => {
    const fleet = fleetWith(gone);
    const recap = await fleet.run([play([put('b', '1', { ignoreErrors: true }), put('c', '1')])]);
    expect(statuses(recap)).toEqual({ h: 'unreachable' });
    expect(begun(fleet)).toEqual(['file b 1']);
  });
});

describe('places of steps', () => {
  it('count on through blocks; a rescue stands where its block ends', async () => {
    const fleet = fleetWith(refused);
    const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' })];
    await fleet.run([play([guarded, put('d', '1', { notify: ['restart'] })], { handlers })]);
    expect(fleet.ofType('play.started')[0]?.steps).toBe(5);
    expect(fleet.ofType('step.started').map(({ step, index, handler }) => [step, index, handler])).toEqual([
      ...[
        ['file a 1', 0, false],
        ['file b 1', 1, false],
        ['file r 1', 2, false],
      ],
      ...[
        ['file z 1', 3, false],
        ['file d 1', 4, false],
        ['restart', 5, true],
      ],
    ]);
  });
});
