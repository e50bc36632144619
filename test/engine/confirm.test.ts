import { describe, expect, it } from 'vitest';
import { ExitCode, exitCodeOf } from '../../src/core/exit-code.ts';
import type { HostLog, Intent, Verdict } from '../../src/core/host-log.ts';
import { leftToUndo } from '../../src/core/run-record.ts';
import { SessionError } from '../../src/core/session.ts';
import { Fleet, statuses } from './fake-run.ts';
import { burn, play, put, restart, step } from './fake-steps.ts';

const docker = { unit: 'docker' };
const confirmed: Verdict = { switch: 'confirmed', undone: new Map() };

/** Hosts that keep journals: what they were told, and what they say to a confirmation. */
function hostJournals(verdict: () => Verdict = () => confirmed) {
  const intents: Intent[] = [];
  let confirmations = 0;
  const log: HostLog = {
    changing: (session, intent) => {
      intents.push(intent);
      return session;
    },
    undoing: (session) => session,
    looking: (session) => session,
    confirm: async () => {
      confirmations += 1;
      return verdict();
    },
  };
  return { log, waits: () => intents.map(({ confirmWithin }) => confirmWithin), confirmations: () => confirmations };
}

const steps = [put('a', '1'), step(restart, docker), put('b', '1')];

describe('a host that is armed', () => {
  it.each([
    ['by a risky change, and from then on', play(steps), [0, 120, 120]],
    ['by its first change where the play says how long it waits', play(steps, { confirmWithin: 30 }), [30, 30, 30]],
    ['by none where no change is risky', play([put('a', '1')]), [0]],
    ['by none where nothing can be taken back', play([step(restart, docker)]), [0]],
  ])('is so %s', async (_, one, waits) => {
    const fleet = new Fleet('web-1');
    const hosts = hostJournals();
    expect(statuses(await fleet.run([one], { hosts: hosts.log }))).toEqual({ 'web-1': 'changed' });
    expect(hosts.waits()).toEqual(waits);
    expect(hosts.confirmations()).toBe(waits.some((wait) => wait > 0) ? 1 : 0);
  });

  it('is confirmed over a new connection, in the end', async () => {
    const fleet = new Fleet('web-1');
    const connections: number[] = [];
    const hosts = hostJournals(() => {
      connections.push(fleet.host('web-1').connects);
      return confirmed;
    });
    await fleet.run([play(steps)], { hosts: hosts.log });
    expect(connections).toEqual([2]);
    expect(fleet.ofType('change.applied')).toHaveLength(3);
  });

  it('and has taken the run back itself is no success, and the recap says so', async () => {
    const fleet = new Fleet('web-1');
    const undone = new Map([
      [0, { kind: 'undone' }],
      [1, { kind: 'undone' }],
      [2, { kind: 'undo-failed', reason: 'changed since' }],
    ] as const);
    const recap = await fleet.run([play(steps)], { hosts: hostJournals(() => ({ switch: 'fired', undone })).log });
    expect(recap.outcomes[0]).toMatchObject({
      status: 'failed',
      reason: { message: 'nobody confirmed it within 120 s, and the host could not roll all of the run back itself' },
      rollback: { undone: ['put a', 'restart docker'], failed: [{ summary: 'put b', reason: 'changed since' }] },
    });
    expect(exitCodeOf(recap)).not.toBe(0);
    expect(fleet.ofType('host.rollback')).toMatchObject([{ host: 'web-1', by: 'host' }]);
    expect(fleet.record().hosts[0]?.changes.map(({ state }) => state)).toEqual(['undone', 'undone', 'undo-failed']);
  });

  it('and could not even tell what it had to take back: nothing is, and the exit code says so', async () => {
    const fleet = new Fleet('web-1');
    const fired = { switch: 'fired', undone: new Map() } as const;
    const recap = await fleet.run([play(steps)], { hosts: hostJournals(() => fired).log });
    expect(recap.outcomes[0]?.rollback).toMatchObject({
      undone: [],
      failed: [{ summary: 'put a' }, { summary: 'restart docker' }, { summary: 'put b' }],
    });
    expect(exitCodeOf(recap)).toBe(ExitCode.rollbackIncomplete);
    expect(fleet.record().hosts[0]?.changes.map(leftToUndo)).toEqual([true, true, true]);
  });

  it('is asked again where only its answer is lost', async () => {
    const fleet = new Fleet('web-1');
    const hosts = hostJournals(() => {
      if (hosts.confirmations() === 1) throw new SessionError('lost', 'the connection was lost');
      return confirmed;
    });
    expect(statuses(await fleet.run([play(steps)], { hosts: hosts.log }))).toEqual({ 'web-1': 'changed' });
    expect(fleet.host('web-1').connects).toBe(3);
  });

  it('and does not answer is unreachable, and what it will do is told', async () => {
    const fleet = new Fleet('web-1');
    const hosts = hostJournals(() => {
      throw new SessionError('unreachable', 'no route to host');
    });
    const recap = await fleet.run([play(steps)], { hosts: hosts.log });
    expect(recap.outcomes[0]).toMatchObject({
      status: 'unreachable',
      reason: {
        message: 'no route to host; it is not confirmed, so the host takes the run back itself within 120 s',
      },
    });
  });

  it('and has failed is not confirmed', async () => {
    const fleet = new Fleet('web-1');
    const hosts = hostJournals();
    const failing = put('c', '1', {
      args: () => {
        throw new Error('no');
      },
    });
    const recap = await fleet.run([play([...steps, failing])], { hosts: hosts.log });
    expect(hosts.confirmations()).toBe(0);
    expect(recap.outcomes[0]?.reason?.message).toMatch(/; it is not confirmed, so the host takes the run back itself/);
  });

  it('and was put back from here need not do it itself', async () => {
    const fleet = new Fleet('web-1');
    const hosts = hostJournals();
    const failing = put('c', '1', {
      args: () => {
        throw new Error('no');
      },
    });
    const recap = await fleet.run([play([...steps, failing], { onFailure: 'rollback_host' })], { hosts: hosts.log });
    expect(hosts.confirmations()).toBe(1);
    expect(recap.outcomes[0]).toMatchObject({ status: 'failed', rollback: { failed: [] } });
    expect(recap.outcomes[0]?.reason?.message).not.toMatch(/not confirmed/);
  });

  it('is so by a loss of data only where something before it can be taken back', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').files.set('x', '1').set('y', '1');
    const hosts = hostJournals();
    const all = [step(burn, { key: 'x' }), put('a', '1'), step(burn, { key: 'y' })];
    await fleet.run([play(all)], { hosts: hosts.log });
    expect(hosts.waits()).toEqual([0, 0, 120]);
  });
});
