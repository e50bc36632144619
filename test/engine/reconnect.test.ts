import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { probeScript } from '../../src/core/host-script.ts';
import type { ReadOnlySession } from '../../src/core/session.ts';
import { SessionError } from '../../src/core/session.ts';
import type { AnyStepType } from '../../src/core/step-type.ts';
import type { FakeHost } from './fake-host.ts';
import { onScript } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { fileBut, play, put, step } from './fake-steps.ts';

/** Puts a file; the host goes away over it and counts as back once it says so. */
const leaving: AnyStepType = fileBut({
  name: 'leaving',
  absence: {
    together: 'together',
    within: () => 60,
    async missing(host: ReadOnlySession, { resource }: Change) {
      const { stdout } = await host.probe(probeScript('get'), ['back']);
      return stdout === 'yes' ? undefined : `${resource} is not up`;
    },
  },
});

const lost = () => {
  throw new SessionError('lost', 'the host closed the connection');
};
const refused = new SessionError('unreachable', 'connection refused', 'is it up?');
const run = (fleet: Fleet) => fleet.run([play([step(leaving, { key: 'a', value: '1' }), put('b', '1')])]);

/** Away for so many attempts to connect, after the connection that is there. */
function awayFor(host: FakeHost, attempts: number): void {
  const connect = host.connect.bind(host);
  host.connect = async () => {
    host.refuseConnection = host.connects > 0 && host.connects <= attempts ? refused : undefined;
    return connect();
  };
}

describe('a step that takes its host away', () => {
  it('waits over new connections until nothing is missing, and the play goes on over the last', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    awayFor(host, 3);
    host.put('back', 'yes');
    expect(statuses(await run(fleet))).toEqual({ 'web-1': 'changed' });
    expect([host.connects, host.closes]).toEqual([5, 2]);
    expect([host.files.get('a'), host.files.get('b')]).toEqual(['1', '1']);
    expect(fleet.ofType('change.applied')).toHaveLength(2);
  });

  it('takes a connection that is lost over it for no answer, and looks', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.put('back', 'yes');
    host.weather = onScript(
      'set',
      (_, act) => {
        act();
        return lost();
      },
      'a',
    );
    expect(statuses(await run(fleet))).toEqual({ 'web-1': 'changed' });
    expect(host.connects).toBe(2);
  });

  it('asks again over the same connection where the host answers and something is missing', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    let looks = 0;
    host.weather = onScript(
      'get',
      (_, act) => {
        looks += 1;
        if (looks === 4) host.put('back', 'yes');
        return act();
      },
      'back',
    );
    expect(statuses(await run(fleet))).toEqual({ 'web-1': 'changed' });
    expect([looks, host.connects]).toEqual([4, 2]);
  });

  it('a host that does not come back in time is unreachable, its change in doubt, and nothing more is done there', async () => {
    const fleet = new Fleet('web-1');
    awayFor(fleet.host('web-1'), Number.POSITIVE_INFINITY);
    const recap = await run(fleet);
    expect(statuses(recap)).toEqual({ 'web-1': 'unreachable' });
    expect(recap.outcomes[0]?.reason).toEqual({
      message: '"put a" is in doubt: not back within 60 s: connection refused',
      todo: 'is it up?',
    });
    expect(fleet.ofType('change.in-doubt')).toHaveLength(1);
    expect(fleet.host('web-1').files.has('b')).toBe(false);
  });

  it('a host that is back without all that it should be has failed', async () => {
    const fleet = new Fleet('web-1');
    const recap = await run(fleet);
    expect(statuses(recap)).toEqual({ 'web-1': 'failed' });
    expect(recap.outcomes[0]?.reason?.message).toBe('not back within 60 s: file a is not up');
    expect(fleet.ofType('change.in-doubt')).toHaveLength(1);
  });

  it('what the host refuses is not waited for', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript('set', () => ({ code: 9, stdout: '', stderr: '', truncated: false }), 'a');
    expect(statuses(await run(fleet))).toEqual({ 'web-1': 'failed' });
    expect(host.connects).toBe(1);
    expect(fleet.ofType('change.drifted')).toHaveLength(1);
  });

  it('a hard stop ends the waiting', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript(
      'get',
      (_, act) => {
        fleet.stop.raise('SIGINT');
        fleet.stop.raise('SIGINT');
        return act();
      },
      'back',
    );
    expect(statuses(await run(fleet))).toEqual({ 'web-1': 'interrupted' });
  });
});

describe('any other step', () => {
  it('is over where the connection is lost', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript('set', lost);
    const recap = await fleet.run([play([put('a', '1')])]);
    expect(statuses(recap)).toEqual({ 'web-1': 'unreachable' });
    expect(host.connects).toBe(1);
  });
});
