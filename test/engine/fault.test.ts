import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { SessionError } from '../../src/core/session.ts';
import { mustBeDurable } from '../../src/journal/journal.ts';
import { hostsToUndo } from '../../src/rollout/rollback.ts';
import { Fleet } from './fake-run.ts';
import { play, put, reload, restart, step } from './fake-steps.ts';

const handlers = [
  step(reload, { unit: 'systemd' }, { name: 'reload' }),
  step(restart, { unit: 'docker' }, { name: 'restart' }),
];
const steps = [put('a', 'new', { notify: ['reload', 'restart'] }), put('b', '1', { notify: ['restart'] })];
const plays = [play(steps, { handlers, onFailure: 'rollback_host' })];
const before = new Map([['a', 'old']]);

function fleetBefore(): Fleet {
  const fleet = new Fleet('web-1', 'web-2');
  for (const host of fleet.hosts) host.files.set('a', 'old');
  return fleet;
}

/** As it was before; and whatever a daemon has loaded is what is there. */
function expectAsBefore(fleet: Fleet): void {
  for (const host of fleet.hosts) {
    expect(host.files).toEqual(before);
    for (const seen of host.loaded.values()) expect(seen).toBe(JSON.stringify([...before]));
  }
}

const someTime = () => new Promise<void>((go) => setImmediate(go));

/** A controller that dies at its nth event: nothing that it would have done after it happens. */
async function killedAt(fleet: Fleet, nth: number): Promise<void> {
  let seen = 0;
  const journal = (): void | Promise<void> => (seen++ < nth ? undefined : new Promise(() => {}));
  void fleet.run(plays, { journal });
  await someTime();
}

const count = async () => {
  const fleet = fleetBefore();
  await fleet.run(plays);
  const requests = fleet.host('web-1').requests.length;
  return { events: fleet.events.length, requests };
};

/** What is certain to be on the disk: all up to the last event that had to be. */
const leastOf = (events: readonly RunEvent[]) => events.slice(0, events.findLastIndex(mustBeDurable) + 1);

describe('a controller killed at any event', () => {
  it.each(['all that it wrote', 'only what had to be durable'])(
    'leaves a journal by which a rollback restores every host (%s)',
    async (left) => {
      const { events } = await count();
      expect(events).toBeGreaterThan(40);
      for (let nth = 1; nth <= events; nth++) {
        const fleet = fleetBefore();
        await killedAt(fleet, nth);
        if (left !== 'all that it wrote') fleet.events.splice(0, fleet.events.length, ...leastOf(fleet.events));
        if (hostsToUndo(fleet.record()).length > 0) await fleet.rollback(fleet.record());
        expectAsBefore(fleet);
        expect(hostsToUndo(fleet.record())).toEqual([]);
      }
    },
  );

  it('during a rollback: the next rollback ends it', async () => {
    const whole = fleetBefore();
    await whole.run(plays);
    const ran = whole.events.length;
    await whole.rollback(whole.record());
    for (let nth = 1; nth <= whole.events.length - ran; nth++) {
      const fleet = fleetBefore();
      await fleet.run(plays);
      let seen = 0;
      void fleet.rollback(fleet.record(), { journal: () => (seen++ < nth ? undefined : new Promise(() => {})) });
      await someTime();
      if (hostsToUndo(fleet.record()).length > 0) await fleet.rollback(fleet.record());
      expectAsBefore(fleet);
    }
  });
});

describe('a connection cut at any request', () => {
  it.each(['before', 'after'])('%s it was done: the host is put back by the run itself', async (moment) => {
    const { requests } = await count();
    for (let nth = 0; nth < requests; nth++) {
      const fleet = fleetBefore();
      let seen = 0;
      fleet.host('web-1').weather = (_, act) => {
        const isCut = seen++ === nth;
        if (isCut && moment === 'before') throw new SessionError('lost', 'connection lost');
        const result = act();
        if (isCut) throw new SessionError('lost', 'connection lost');
        return result;
      };
      const recap = await fleet.run(plays);
      expect(recap.outcomes[0]).toMatchObject({ host: 'web-1', status: 'unreachable' });
      expect(recap.outcomes[0]?.rollback?.failed ?? []).toEqual([]);
      expect(fleet.host('web-1').files).toEqual(before);
      expect(fleet.host('web-2').files).toEqual(new Map([...before, ['a', 'new'], ['b', '1']]));
    }
  });
});
