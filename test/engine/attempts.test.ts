import { describe, expect, it } from 'vitest';
import type { Retry } from '../../src/core/playbook.ts';
import { SessionError } from '../../src/core/session.ts';
import type { Weather } from './fake-host.ts';
import { onScript } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { play, put, when } from './fake-steps.ts';

const answer = (stdout: string, code = 0) => ({ code, stdout, stderr: '', truncated: false });
const isReady = when('it.was == "ready"', ({ it }) => (it as { was: string }).was === 'ready');
const retry = (more: Partial<Retry> = {}): Retry => ({ until: isReady, retries: 3, delay: 10, ...more });
/** Looks at a file until it is ready; changes nothing. */
const wait = (more: Partial<Retry> = {}) => put('x', 'ready', { register: 'it', retry: retry(more) });

/** `get` answers so, one after the other; the last one stays. */
const answering = (...texts: readonly string[]): Fleet => {
  const fleet = new Fleet('h');
  let n = 0;
  fleet.host('h').weather = (request, act) =>
    request.script === 'get' ? answer(texts[Math.min(n++, texts.length - 1)] ?? '') : act();
  return fleet;
};
const requests = (fleet: Fleet) => fleet.host('h').requests.map((text) => text.split(' ')[1]);
const reason = (fleet: Fleet) => fleet.ofType('step.finished')[0]?.reason?.message;

describe('until', () => {
  it('is asked of the result of each attempt, with a pause in between by the clock', async () => {
    const fleet = answering('', 'ready');
    // The first attempt puts the file; its result is what was there before.
    expect(statuses(await fleet.run([play([wait()])]))).toEqual({ h: 'changed' });
    expect(requests(fleet)).toEqual(['get', 'set', 'get', 'get']);
    expect(fleet.ofType('step.finished')[0]).toMatchObject({ status: 'changed', changes: 1 });
    expect(fleet.ofType('step.finished')[0]?.durationMs).toBeGreaterThanOrEqual(10_000);
  });

  it('pauses no more than it must', async () => {
    const fleet = answering('ready');
    expect(statuses(await fleet.run([play([wait()])]))).toEqual({ h: 'ok' });
    expect(fleet.ofType('step.finished')[0]?.durationMs).toBeLessThan(1000);
  });

  it('that never holds fails the step after all attempts', async () => {
    const fleet = new Fleet('h');
    fleet.host('h').files.set('x', 'ready');
    const never = when('false', () => false);
    const recap = await fleet.run([play([wait({ until: never, retries: 2 })])]);
    expect(statuses(recap)).toEqual({ h: 'failed' });
    expect(requests(fleet)).toEqual(['get', 'get', 'get']);
    expect(reason(fleet)).toBe("until: 'false' is still false after 3 attempts");
  });
});

describe('a step that is tried again', () => {
  const flaky = (times: number): Fleet => {
    const fleet = new Fleet('h');
    let n = 0;
    const weather: Weather = (_, act) => (n++ < times ? answer('', 1) : act());
    fleet.host('h').weather = onScript('set', weather);
    return fleet;
  };
  const again = put('x', '1', { retry: { until: undefined, retries: 2, delay: 1 } });

  it('may fail but the last time; each attempt looks anew', async () => {
    const fleet = flaky(2);
    expect(statuses(await fleet.run([play([again])]))).toEqual({ h: 'changed' });
    expect(requests(fleet)).toEqual(['get', 'set', 'get', 'set', 'get', 'set', 'get']);
  });

  it('fails as the last attempt did', async () => {
    const fleet = flaky(3);
    expect(statuses(await fleet.run([play([again])]))).toEqual({ h: 'failed' });
    expect(reason(fleet)).toBe('x: exit 1');
  });

  it('is not tried again where the host is gone', async () => {
    const fleet = new Fleet('h');
    fleet.host('h').weather = onScript('set', () => {
      throw new SessionError('lost', 'the wire was cut');
    });
    expect(statuses(await fleet.run([play([again])]))).toEqual({ h: 'unreachable' });
    expect(requests(fleet)).toEqual(['get', 'set']);
  });

  it('waits no longer once the run is stopped', async () => {
    const fleet = flaky(9);
    const { weather } = fleet.host('h');
    fleet.host('h').weather = (request, act) => {
      if (request.script === 'set') fleet.stop.raise('SIGINT');
      return weather(request, act);
    };
    const long = put('x', '1', { retry: { until: undefined, retries: 5, delay: 86_400 } });
    const recap = await fleet.run([play([long])]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'interrupted' });
    expect(reason(fleet)).toBe('stopped by SIGINT between two attempts of "file x 1"');
    expect(fleet.ofType('step.finished')[0]?.durationMs).toBeLessThan(5000);
  });
});

describe('in check mode', () => {
  it('it looks once, and tells what a run would wait for', async () => {
    const fleet = new Fleet('h');
    fleet.host('h').files.set('x', 'ready');
    const never = when('it.up', () => false);
    const recap = await fleet.run([play([wait({ until: never })])], { mode: 'check' });
    expect(statuses(recap)).toEqual({ h: 'ok' });
    expect(requests(fleet)).toEqual(['get']);
    expect(fleet.ofType('step.planned')).toMatchObject([
      { changes: [], notes: ["'it.up' is not so now; a run tries up to 4 times"] },
    ]);
  });
});
