import { describe, expect, it } from 'vitest';
import type { AskHost } from '../../src/core/past.ts';
import { SessionError } from '../../src/core/session.ts';
import { foldPast } from '../../src/journal/fold-past.ts';
import { mustBeDurable } from '../../src/journal/journal.ts';
import { onScript } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { block, burn, file, play, put, reload, restart, step, when } from './fake-steps.ts';

const handlers = [
  step(reload, { unit: 'systemd' }, { name: 'reload' }),
  step(restart, { unit: 'docker' }, { name: 'restart' }),
];
const wasChanged = (name: string) =>
  when(`${name}.changed`, (scope) => (scope[name] as { changed?: boolean } | undefined)?.changed === true);

/** All that a way through a play can be: what a step registers, a block that rescues, what runs once, handlers, two plays. */
const plays = [
  play(
    [
      put('a', 'new', { register: 'first', notify: ['reload'] }),
      put('b', '1', { when: wasChanged('first'), notify: ['restart'] }),
      block([put('taken', 'mine')], { rescue: [put('c', '1')], always: [put('d', '1')] }),
      put('once', '1', { runOnce: true }),
    ],
    { handlers, serial: 2 },
  ),
  play([put('e', '1', { register: 'last' }), put('f', '1', { when: wasChanged('last') })], { name: 'then' }),
];
const names = ['web-1', 'web-2', 'web-3'];

function fleetBefore(): Fleet {
  const fleet = new Fleet(...names);
  for (const host of fleet.hosts) {
    host.files.set('a', 'old');
    // The block's own step fails on every host: somebody else's file is in its place.
    host.weather = onScript('set', () => ({ code: 1, stdout: '', stderr: '', truncated: false }), 'taken');
  }
  return fleet;
}

const someTime = () => new Promise<void>((go) => setImmediate(go));

/** A controller that dies at its nth event. */
async function killedAt(fleet: Fleet, nth: number): Promise<void> {
  let seen = 0;
  void fleet.run(plays, { journal: () => (seen++ < nth ? undefined : new Promise(() => {})) });
  await someTime();
}

const whole = fleetBefore();
await whole.run(plays);

/** Every host is as a run without an accident leaves it, and its daemons have loaded what is there. */
function expectDone(fleet: Fleet): void {
  for (const { name, files, loaded } of fleet.hosts) {
    const host = whole.host(name);
    expect([...files].toSorted()).toEqual([...host.files].toSorted());
    expect([...loaded.keys()].toSorted()).toEqual(['docker', 'systemd']);
  }
}

describe('a controller killed at any event, and the run resumed', () => {
  it.each(['all that it wrote', 'only what had to be durable'])('ends as if nothing had been (%s)', async (left) => {
    expect(whole.events.length).toBeGreaterThan(100);
    for (let nth = 1; nth <= whole.events.length; nth++) {
      const fleet = fleetBefore();
      await killedAt(fleet, nth);
      if (left !== 'all that it wrote') fleet.events.splice(fleet.events.findLastIndex(mustBeDurable) + 1);
      const recap = await fleet.run(plays, { past: foldPast(fleet.events) });
      expect(statuses(recap)).toEqual(Object.fromEntries(names.map((name) => [name, 'changed'])));
      expectDone(fleet);
      expect(fleet.record().state).toBe('finished');
    }
  });

  it('changes nothing twice, and touches no host that was through', async () => {
    for (let nth = 1; nth <= whole.events.length; nth++) {
      const fleet = fleetBefore();
      await killedAt(fleet, nth);
      const past = foldPast(fleet.events);
      const before = new Map(fleet.hosts.map((host) => [host.name, host.requests.length]));
      await fleet.run(plays, { past });
      for (const { name, requests } of fleet.hosts) {
        if (past.hosts.get(name)?.finished) expect(requests.slice(before.get(name))).toEqual([]);
        const sets = requests.filter((request) => / set (?!taken)/.test(request));
        expect(new Set(sets).size).toBe(sets.length);
      }
    }
  });

  it('may die once more, and be resumed again', async () => {
    for (const [first, second] of [
      [20, 10],
      [40, 30],
      [60, 5],
    ] as const) {
      const fleet = fleetBefore();
      await killedAt(fleet, first);
      let seen = 0;
      const journal = () => (seen++ < second ? undefined : new Promise<void>(() => {}));
      void fleet.run(plays, { past: foldPast(fleet.events), journal });
      await someTime();
      await fleet.run(plays, { past: foldPast(fleet.events) });
      expectDone(fleet);
    }
  });
});

describe('what has failed', () => {
  it('goes on at the step that failed, and runs the handlers that were notified before it', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript('set', () => Promise.reject(new SessionError('lost', 'connection lost')), 'b');
    const some = [play([put('a', '1', { notify: ['restart'] }), put('b', '1')], { handlers })];
    expect(statuses(await fleet.run(some))).toEqual({ 'web-1': 'unreachable' });
    host.weather = (_, act) => act();
    const began = host.requests.length;
    expect(statuses(await fleet.run(some, { past: foldPast(fleet.events) }))).toEqual({ 'web-1': 'changed' });
    expect(host.requests.slice(began).map((request) => request.split(' ').slice(1, 3).join(' '))).toEqual([
      ...['get b', 'set b', 'get b'],
      ...['stale docker', 'activate docker', 'stale docker'],
    ]);
  });

  it('counts a change of which only the answer was lost as its own: its handler runs', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript('set', (_, act) => {
      act();
      throw new SessionError('lost', 'connection lost');
    });
    const some = [play([put('a', '1', { notify: ['restart'] })], { handlers })];
    await fleet.run(some);
    host.weather = (_, act) => act();
    await fleet.run(some, { past: foldPast(fleet.events) });
    expect(host.loaded.has('docker')).toBe(true);
    expect(fleet.record().hosts[0]?.changes.map(({ state }) => state)).toEqual(['applied', 'applied']);
  });

  it('begins anew on a host that was put back', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript('set', () => ({ code: 1, stdout: '', stderr: '', truncated: false }), 'b');
    const some = [play([put('a', '1'), put('b', '1')], { onFailure: 'rollback_host' })];
    await fleet.run(some);
    expect(host.files.has('a')).toBe(false);
    host.weather = (_, act) => act();
    await fleet.run(some, { past: foldPast(fleet.events) });
    expect(host.files).toEqual(
      new Map([
        ['a', '1'],
        ['b', '1'],
      ]),
    );
  });
});

describe('a host that nobody confirmed', () => {
  it('and that has taken itself back is not gone on with: it fails, and the journal tells what was undone', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript('set', () => Promise.reject(new SessionError('lost', 'connection lost')), 'b');
    const some = [play([put('a', '1'), put('b', '1')])];
    await fleet.run(some);
    host.files.clear();
    host.weather = (_, act) => act();
    for (let time = 0; time < 2; time++) {
      const ask: AskHost = async (_, seq) => (seq === 0 ? 'undone' : 'not-done');
      const recap = await fleet.run(some, { past: foldPast(fleet.events), ask });
      expect(recap.outcomes[0]).toMatchObject({
        ...{ status: 'failed', reason: { message: expect.stringMatching(/was taken back since/) } },
      });
      expect(fleet.record().hosts[0]?.changes.map(({ state }) => state)).toEqual(['undone', 'drifted']);
    }
    expect(host.files.size).toBe(0);
  });
});

describe('a change that no look can see', () => {
  const blind = { ...burn, plan: () => ({ changes: [{ ...change, may: true }] }) };
  const change = {
    ...{ resource: 'command', summary: 'a command', before: '', after: '', risk: 'none' as const },
    data: { key: 'ran' },
  };
  const some = [play([step(blind, { key: 'ran' }, { name: 'blind' }), put('a', '1')])];

  async function cutFleet(): Promise<Fleet> {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').weather = onScript('set', () => Promise.reject(new SessionError('lost', 'connection lost')));
    await fleet.run(some);
    fleet.host('web-1').weather = (_, act) => act();
    return fleet;
  }
  const setsOf = (fleet: Fleet, from: number) =>
    fleet
      .host('web-1')
      .requests.slice(from)
      .filter((request) => request.includes(' set ran')).length;

  it.each([
    ['done', 'changed', 0],
    ['not-done', 'failed', 1],
    ['unknown', 'failed', 0],
  ] as const)('which the host says is %s: the host ends %s', async (became, status, sets) => {
    const fleet = await cutFleet();
    const from = fleet.host('web-1').requests.length;
    const recap = await fleet.run(some, { past: foldPast(fleet.events), ask: async () => became });
    expect(statuses(recap)).toEqual({ 'web-1': status });
    expect(setsOf(fleet, from)).toBe(sets);
    if (became === 'unknown') expect(recap.outcomes[0]?.reason?.message).toMatch(/"a command" is in doubt/);
  });
});

describe('confirm: canary', () => {
  it('goes on with the next wave, without a look at the canary', async () => {
    const fleet = new Fleet(...names);
    const some = [play([put('a', '1')], { serial: 1, confirm: 'canary' })];
    expect(statuses(await fleet.run(some))).toMatchObject({ 'web-1': 'changed', 'web-2': 'not-attempted' });
    const began = fleet.host('web-1').requests.length;
    const recap = await fleet.run(some, { past: foldPast(fleet.events) });
    expect(statuses(recap)).toEqual({ 'web-1': 'changed', 'web-2': 'changed', 'web-3': 'changed' });
    expect(fleet.host('web-1').requests.length).toBe(began);
  });
});

describe('what a later step reads', () => {
  it('is refused where a secret was taken out of it', async () => {
    const fleet = new Fleet('web-1');
    const some = [
      play([step(file, { key: 'a', value: '1' }, { register: 'first' }), put('b', '1', { when: wasChanged('first') })]),
    ];
    fleet.host('web-1').weather = onScript('set', () => Promise.reject(new SessionError('lost', 'gone')), 'b');
    await fleet.run(some);
    const events = fleet.events.map((event) => {
      if (event.type !== 'step.finished') return event;
      const { register: _, ...rest } = event;
      return { ...rest, scrubbed: true as const };
    });
    const recap = await fleet.run(some, { past: foldPast(events) });
    expect(recap.outcomes[0]?.reason?.message).toBe(
      '"first", which "file a 1" has registered, held a secret, and the journal keeps none',
    );
  });

  it('is told apart from a journal of another playbook', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').weather = onScript('set', () => Promise.reject(new SessionError('lost', 'gone')), 'b');
    await fleet.run([play([put('a', '1'), put('b', '1')])]);
    const recap = await fleet.run([play([put('x', '1'), put('b', '1')])], { past: foldPast(fleet.events) });
    expect(recap.outcomes[0]?.reason?.message).toBe(
      'the journal does not fit the playbook: it tells of "file a 1" where "file x 1" comes',
    );
  });
});
