import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/core/exit-code.ts';
import type { Scope } from '../../src/core/expression.ts';
import type { Play, Step } from '../../src/core/playbook.ts';
import { foretold } from '../../src/core/saved-plan.ts';
import { SessionError } from '../../src/core/session.ts';
import { StopControl } from '../../src/engine/stop-control.ts';
import { foldPast } from '../../src/journal/fold-past.ts';
import type { ApprovedPlan } from '../../src/rollout/approved.ts';
import { onScript } from '../engine/fake-host.ts';
import { Fleet, statuses } from '../engine/fake-run.ts';
import { block, burn, file, play, put, restart, step, when } from '../engine/fake-steps.ts';

/** What a dry run of today foretells, approved as it is. */
async function approvedOf(
  fleet: Fleet,
  plays: readonly Play[],
  without: readonly string[] = [],
): Promise<ApprovedPlan> {
  const dry = new Fleet(...fleet.hosts.map(({ name }) => name));
  for (const host of fleet.hosts) {
    for (const [key, value] of host.files) dry.host(host.name).files.set(key, value);
    for (const [unit, seen] of host.loaded) dry.host(host.name).loaded.set(unit, seen);
  }
  const recap = await dry.run(plays, { mode: 'check' });
  const steps = foretold(dry.events);
  const well = recap.outcomes.filter(({ status }) => status === 'ok' || status === 'changed');
  const hosts = well.map(({ host }) => host).filter((host) => !without.includes(host));
  return {
    hosts: new Map(hosts.map((host) => [host, steps.get(host) ?? []])),
    whyNot: () => ({ message: 'it was unreachable when the plan was made' }),
  };
}

const sets = (fleet: Fleet, host: string) => fleet.host(host).requests.filter((text) => /: (set|activate) /.test(text));
const reasons = (recap: { outcomes: readonly { host: string; reason?: { message: string } }[] }) =>
  Object.fromEntries(recap.outcomes.map(({ host, reason }) => [host, reason?.message]));

describe('a run by an approved plan', () => {
  const two = [play([put('a', '1'), put('b', '2')])];

  it('makes exactly what was approved', async () => {
    const fleet = new Fleet('h1', 'h2');
    fleet.host('h2').files.set('a', '1');
    const recap = await fleet.run(two, { approved: await approvedOf(fleet, two) });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'changed' });
    expect(sets(fleet, 'h2')).toEqual(['h2: set b  2']);
  });

  it('leaves a host alone that has drifted, and serves the others; that is no failure that stops a rollout', async () => {
    const fleet = new Fleet('h1', 'h2', 'h3', 'h4');
    const approved = await approvedOf(fleet, two);
    fleet.host('h1').files.set('b', 'other');
    fleet.host('h2').files.set('a', '1');
    fleet.host('h4').files.set('a', '1').set('b', '2');
    const recap = await fleet.run(two, { approved });
    expect(statuses(recap)).toEqual({ h1: 'drifted', h2: 'drifted', h3: 'changed', h4: 'drifted' });
    expect(reasons(recap)).toMatchObject({
      h1: "it is not as it was when the plan was approved: put b: before: approved was '', it is 'other' now",
      h2: 'it is not as it was when the plan was approved: approved, and not to be done now: put a',
      h4: 'it is not as it was when the plan was approved: nothing that was approved is to be done any more',
    });
    expect([...sets(fleet, 'h1'), ...sets(fleet, 'h2')]).toEqual([]);
    expect(exitCodeOf(recap)).toBe(9);
    // Told at once, before the first host is begun.
    const told = fleet.events.map((event) => event.type);
    expect(told.indexOf('host.finished')).toBeLessThan(told.indexOf('host.started'));
  });

  it('changes nothing on a host where nothing was to be changed, and none that was not part of it', async () => {
    const fleet = new Fleet('h1', 'h2');
    fleet.host('h1').files.set('a', '1').set('b', '2');
    const approved = await approvedOf(fleet, two, ['h2']);
    fleet.host('h1').files.set('b', 'x');
    const recap = await fleet.run(two, { approved });
    expect(statuses(recap)).toEqual({ h1: 'drifted', h2: 'not-attempted' });
    expect(reasons(recap).h1).toContain('not approved: put b');
    expect(reasons(recap).h2).toBe('it was unreachable when the plan was made');
    expect(fleet.host('h2').connects).toBe(0);
  });

  it('checks all plays of a host before its first change', async () => {
    const plays = [play([put('a', '1')]), play([put('b', '2')], { name: 'second' })];
    const fleet = new Fleet('h1');
    const approved = await approvedOf(fleet, plays);
    fleet.host('h1').files.set('b', 'other');
    const recap = await fleet.run(plays, { approved });
    expect(statuses(recap)).toEqual({ h1: 'drifted' });
    expect(sets(fleet, 'h1')).toEqual([]);
  });

  it('looks again where a host drifts while others have their turn', async () => {
    const serial = [play([put('a', '1'), put('b', '2')], { serial: 1 })];
    const fleet = new Fleet('h1', 'h2', 'h3');
    const approved = await approvedOf(fleet, serial);
    const recap = await fleet.run(serial, {
      approved,
      journal: (event) => {
        if (event.type === 'change.applied' && event.host === 'h1') fleet.host('h2').files.set('b', 'other');
      },
    });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'drifted', h3: 'changed' });
    expect(sets(fleet, 'h2')).toEqual([]);
  });

  it('ends a host that drifts between its steps, whatever is tolerated there: it has failed then', async () => {
    const fleet = new Fleet('h1');
    // Wanted only once the first step is done: no dry run can know.
    const late = when('late', () => fleet.host('h1').files.get('a') === '1');
    const surprise = block([put('d', '4', { when: late, ignoreErrors: true })], { rescue: [put('c', '3')] });
    const plays = [play([put('a', '1'), surprise, put('b', '2')])];
    const recap = await fleet.run(plays, { approved: await approvedOf(fleet, plays) });
    expect(statuses(recap)).toEqual({ h1: 'failed' });
    expect(reasons(recap).h1).toContain('not approved: put d');
    expect(sets(fleet, 'h1')).toEqual(['h1: set a  1']);
    expect(exitCodeOf(recap)).toBe(2);
  });

  it('never makes more than was approved, whatever a later look says', async () => {
    let value = '2';
    const moving: Step = { ...put('b', ''), args: () => ({ key: 'b', value }) };
    const plays = [play([put('a', '1'), moving], { onFailure: 'rollback_host' })];
    const fleet = new Fleet('h1', 'h2');
    const approved = await approvedOf(fleet, plays);
    const recap = await fleet.run(plays, {
      approved,
      forks: 1,
      journal: (event) => {
        if (event.type === 'change.applied' && event.host === 'h1') value = 'more';
      },
    });
    expect(reasons(recap).h1).toBe('it is not as it was when the plan was approved: not approved: put b');
    expect(statuses(recap)).toMatchObject({ h1: 'failed' });
    expect(recap.outcomes[0]?.rollback?.undone).toEqual(['put a']);
    expect([...fleet.host('h1').files]).toEqual([]);
  });

  it('a host that can not be looked at is treated as in any run', async () => {
    const fleet = new Fleet('h1', 'h2');
    const approved = await approvedOf(fleet, two);
    fleet.host('h1').refuseConnection = new SessionError('unreachable', 'no route');
    expect(statuses(await fleet.run(two, { approved, forks: 1 }))).toEqual({ h1: 'unreachable', h2: 'not-attempted' });
    const again = new Fleet('h1', 'h2');
    again.host('h1').refuseConnection = new SessionError('unreachable', 'no route');
    const goesOn = two.map((one) => ({ ...one, rollout: { ...one.rollout, onFailure: 'continue' as const } }));
    expect(statuses(await again.run(goesOn, { approved }))).toEqual({ h1: 'unreachable', h2: 'changed' });
  });

  it('what fails now and did not then is drift', async () => {
    const fleet = new Fleet('h1');
    const approved = await approvedOf(fleet, two);
    fleet.host('h1').weather = onScript('get', () => {
      throw new Error('odd');
    });
    const recap = await fleet.run(two, { approved });
    expect(statuses(recap)).toEqual({ h1: 'drifted' });
    expect(reasons(recap).h1).toContain('it fails now, and did not when it was approved');
  });

  it('nobody takes over what was approved to be done once by another host', async () => {
    const once = [play([put('a', '1'), put('b', '2', { runOnce: true })])];
    const fleet = new Fleet('h1', 'h2', 'h3');
    const approved = await approvedOf(fleet, once);
    fleet.host('h1').files.set('a', 'x');
    const recap = await fleet.run(once, { approved });
    expect(statuses(recap)).toEqual({ h1: 'drifted', h2: 'drifted', h3: 'drifted' });
    for (const name of ['h1', 'h2', 'h3']) expect(sets(fleet, name)).toEqual([]);
  });

  it('what is tried again was approved with that', async () => {
    let asked = 0;
    const until = when('until', () => ++asked > 3);
    const again = put('a', '1', { retry: { until, retries: 3, delay: 1 } });
    const fleet = new Fleet('h1');
    const approved = await approvedOf(fleet, [play([again])]);
    asked = 0;
    expect(statuses(await fleet.run([play([again])], { approved }))).toEqual({ h1: 'changed' });
  });

  it('a dry run by it tells who has drifted, and what the others would do', async () => {
    const fleet = new Fleet('h1', 'h2');
    const approved = await approvedOf(fleet, two);
    fleet.host('h1').files.set('a', 'x');
    const recap = await fleet.run(two, { approved, mode: 'check' });
    expect(statuses(recap)).toEqual({ h1: 'drifted', h2: 'changed' });
    expect(fleet.ofType('step.planned').map(({ host }) => host)).toEqual(['h2', 'h2']);
    expect(fleet.trace.filter((text) => /: (set|activate) /.test(text))).toEqual([]);
  });

  it('is gone on with: the host that was begun, and those that were not', async () => {
    const serial = [play([put('a', '1'), put('b', '2')], { serial: 1, onFailure: 'stop' })];
    const fleet = new Fleet('h1', 'h2', 'h3');
    const approved = await approvedOf(fleet, serial);
    const cut = () => {
      throw new SessionError('lost', 'the wire was cut');
    };
    fleet.host('h2').weather = onScript('set', cut, 'b');
    await fleet.run(serial, { approved });
    expect(Object.fromEntries(fleet.host('h2').files)).toEqual({ a: '1' });
    const past = foldPast(fleet.events);
    fleet.host('h2').weather = (_, act) => act();
    fleet.host('h3').files.set('b', 'drifted');
    const recap = await fleet.run(serial, { approved, past });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'changed', h3: 'drifted' });
    expect(Object.fromEntries(fleet.host('h2').files)).toEqual({ a: '1', b: '2' });
    expect(sets(fleet, 'h3')).toEqual([]);
  });

  it('looks at every host before the first change, whatever fails on the way', async () => {
    const serial = [play([put('a', '1'), put('b', '2')], { serial: 1, onFailure: 'stop' })];
    const fleet = new Fleet('h1', 'h2', 'h3');
    const approved = await approvedOf(fleet, serial);
    fleet.host('h2').weather = onScript('get', () => {
      throw new Error('odd');
    });
    fleet.host('h3').files.set('b', 'drifted');
    const recap = await fleet.run(serial, { approved });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'drifted', h3: 'drifted' });
    const finished = fleet.events.findIndex((event) => event.type === 'host.finished' && event.outcome.host === 'h3');
    expect(finished).toBeLessThan(fleet.events.findIndex((event) => event.type === 'change.applying'));
  });

  it('takes nothing back while it only looks, whatever fails there: a host that was begun is as it was', async () => {
    const some = [play([put('a', '1'), put('b', '2')], { onFailure: 'rollback_all' })];
    const fleet = new Fleet('h1');
    const approved = await approvedOf(fleet, some);
    await fleet.run(some, {
      approved,
      journal: ({ type }) => {
        if (type === 'change.applied') fleet.stop.raise('SIGINT');
      },
    });
    expect(Object.fromEntries(fleet.host('h1').files)).toEqual({ a: '1' });
    fleet.stop = new StopControl();
    let failed = 0;
    fleet.host('h1').weather = onScript(
      'get',
      (_, act) => {
        if (failed++ === 0) throw new Error('odd');
        return act();
      },
      'b',
    );
    const recap = await fleet.run(some, { approved, past: foldPast(fleet.events) });
    expect(statuses(recap)).toEqual({ h1: 'changed' });
    expect(Object.fromEntries(fleet.host('h1').files)).toEqual({ a: '1', b: '2' });
  });

  it.each([1, 2])('%i signals while it only looks end it: no host is touched', async (signals) => {
    const fleet = new Fleet('h1', 'h2', 'h3');
    const approved = await approvedOf(fleet, two);
    fleet.host('h1').weather = (_, act) => {
      for (let n = 0; n < signals; n++) fleet.stop.raise('SIGINT');
      // A host that hangs: only the second one ends that.
      return signals === 1 ? act() : new Promise(() => {});
    };
    const recap = await fleet.run(two, { approved, forks: 1 });
    expect(statuses(recap)).toEqual({ h1: 'not-attempted', h2: 'not-attempted', h3: 'not-attempted' });
    expect(exitCodeOf(recap)).toBe(130);
    expect([fleet.host('h2').requests, fleet.host('h3').requests]).toEqual([[], []]);
    expect(fleet.ofType('change.applying')).toEqual([]);
  });

  it('asks nothing of a host that is through when it is gone on with', async () => {
    const pairs = [play([put('a', '1'), put('b', '2')], { serial: 2, onFailure: 'continue' })];
    const fleet = new Fleet('h1', 'h2', 'h3', 'h4');
    const approved = await approvedOf(fleet, pairs);
    for (const name of ['h2', 'h4'])
      fleet.host(name).weather = onScript('set', () => Promise.reject(new SessionError('lost', 'cut')), 'b');
    await fleet.run(pairs, { approved });
    for (const name of ['h2', 'h4']) fleet.host(name).weather = (_, act) => act();
    fleet.host('h3').refuseConnection = new SessionError('unreachable', 'no route');
    const recap = await fleet.run(pairs, { approved, past: foldPast(fleet.events) });
    expect(statuses(recap)).toEqual({ h1: 'changed', h2: 'changed', h3: 'changed', h4: 'changed' });
  });
});

const key = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('', '1', '2');
const content = fc.dictionary(key, fc.constantFrom('1', '2'));
const anyStep = fc.oneof<fc.Arbitrary<Step>[]>(
  fc
    .tuple(key, value, fc.boolean(), fc.boolean())
    .map(([k, v, runOnce, ignoreErrors]) => put(k, v, { notify: ['restart'], runOnce, ignoreErrors })),
  key.map((k) => step(burn, { key: k }, { notify: ['restart'] })),
  fc.constant(step(restart, { unit: 'other' })),
  fc.uniqueArray(key, { maxLength: 3 }).map(
    (items): Step => ({
      ...step(file, {}, { name: 'loop', loop: { items: () => items, asksEach: false } }),
      args: (scope: Scope) => ({ key: String(scope.item), value: '3' }),
    }),
  ),
);
const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' })];
const plays = fc.array(
  fc
    .tuple(fc.array(anyStep, { maxLength: 4 }), fc.constantFrom(1, 2, 3))
    .map(([steps, serial]) => play(steps, { handlers, serial, onFailure: 'continue' })),
  { minLength: 1, maxLength: 2 },
);

const NAMES = ['h1', 'h2', 'h3'];
function fleetWith(contents: readonly Record<string, string>[]): Fleet {
  const fleet = new Fleet(...NAMES);
  for (const [i, files] of contents.entries()) {
    const host = fleet.host(NAMES[i] ?? '');
    for (const [k, v] of Object.entries(files)) host.files.set(k, v);
    for (const unit of ['docker', 'other']) host.loaded.set(unit, JSON.stringify(Object.entries(files).sort()));
  }
  return fleet;
}
const contents = fc.tuple(content, content, content);

describe('any plan', () => {
  it('is carried out as any run is, where nothing has drifted', async () => {
    const property = fc.asyncProperty(contents, plays, async (files, list) => {
      const [plain, approved] = [fleetWith(files), fleetWith(files)];
      const plan = await approvedOf(approved, list);
      const expected = await plain.run(list);
      const recap = await approved.run(list, { approved: plan });
      const drifted = recap.outcomes.filter(({ status }) => status === 'drifted').map(({ host }) => host);
      expect(drifted).toEqual([]);
      expect(reasons(recap)).toEqual(reasons(expected));
      for (const { host } of recap.outcomes.filter(({ status }) => status !== 'not-attempted'))
        expect(sets(approved, host)).toEqual(sets(plain, host));
      expect(expected.outcomes.length).toBe(recap.outcomes.length);
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('lets nothing come about that it does not hold, whatever has drifted, and whenever', async () => {
    const drift = fc.array(fc.tuple(fc.nat(12), fc.nat(2), key, value), { maxLength: 4 });
    const property = fc.asyncProperty(contents, plays, drift, async (files, list, drifts) => {
      const fleet = fleetWith(files);
      const approved = await approvedOf(fleet, list);
      let events = 0;
      const journal = () => {
        for (const [when, host, k, v] of drifts) if (when === events) fleet.hosts[host]?.put(k, v);
        events += 1;
      };
      await fleet.run(list, { approved, journal });
      for (const { host, change } of fleet.ofType('change.applying')) {
        const held = (approved.hosts.get(host) ?? []).flatMap(({ changes }) => changes);
        expect(held.some((one) => one.resource === change.resource && one.after === change.after)).toBe(true);
      }
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
