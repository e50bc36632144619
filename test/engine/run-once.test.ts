import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/core/session.ts';
import { onScript } from './fake-host.ts';
import { Fleet, statuses } from './fake-run.ts';
import { block, play, put, restart, step, when } from './fake-steps.ts';

const once = put('once', '1', { runOnce: true, register: 'it', name: 'once' });
const doers = (fleet: Fleet) => fleet.hosts.filter(({ files }) => files.has('once')).map(({ name }) => name);
const ends = (fleet: Fleet) =>
  Object.fromEntries(
    fleet
      .ofType('step.finished')
      .filter((event) => event.step === 'once')
      .map(({ host, status, reason }) => [host, reason?.message ?? status]),
  );

describe('a step that runs once', () => {
  it.each(['check', 'run'] as const)('is done by the first host, and registered on all (%s)', async (mode) => {
    const seen: Record<string, unknown> = {};
    const spy = when('spy', (scope) => {
      seen[String(scope.inventory_hostname)] = scope.it;
      return false;
    });
    const fleet = new Fleet('h1', 'h2', 'h3');
    await fleet.run([play([once, put('x', '1', { when: spy })])], { mode });
    const result = { was: '', changed: true };
    expect(seen).toEqual({ h1: result, h2: result, h3: result });
    expect(ends(fleet)).toEqual({
      h1: 'changed',
      h2: 'runs once, which h1 has done',
      h3: 'runs once, which h1 has done',
    });
    expect(doers(fleet)).toEqual(mode === 'run' ? ['h1'] : []);
  });

  it('is waited for by hosts that come to it earlier', async () => {
    const fleet = new Fleet('h1', 'h2');
    const slow = fleet.host('h1');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    slow.weather = onScript('get', async (_, act) => held.then(act), 'before');
    fleet.host('h2').weather = (request, act) => {
      if (request.args[0] === 'before') queueMicrotask(release);
      return act();
    };
    await fleet.run([play([put('before', '1'), once])]);
    expect(doers(fleet)).toEqual(['h1']);
  });

  it('is done once for each batch', async () => {
    const fleet = new Fleet('h1', 'h2', 'h3', 'h4');
    await fleet.run([play([once], { serial: 2 })]);
    expect(doers(fleet)).toEqual(['h1', 'h3']);
  });

  it('is done one host at a time, too', async () => {
    const fleet = new Fleet('h1', 'h2', 'h3');
    await fleet.run([play([once])], { forks: 1 });
    expect(doers(fleet)).toEqual(['h1']);
  });

  it('is done by the next host where the first one failed before', async () => {
    const fleet = new Fleet('h1', 'h2', 'h3');
    fleet.host('h1').refuseConnection = new SessionError('unreachable', 'no route');
    const recap = await fleet.run([play([put('a', '1'), once], { onFailure: 'continue' })]);
    expect(doers(fleet)).toEqual(['h2']);
    expect(statuses(recap)).toEqual({ h1: 'unreachable', h2: 'changed', h3: 'changed' });
  });

  it('fails all of the batch where it fails', async () => {
    const fleet = new Fleet('h1', 'h2');
    fleet.host('h1').weather = onScript('set', () => ({ code: 1, stdout: '', stderr: '', truncated: false }));
    const recap = await fleet.run([play([once], { onFailure: 'continue' })]);
    expect(statuses(recap)).toEqual({ h1: 'failed', h2: 'failed' });
    expect(ends(fleet)).toMatchObject({ h2: 'it runs once, and failed on h1: once: exit 1' });
    expect(doers(fleet)).toEqual([]);
  });

  it('that was skipped is skipped for all', async () => {
    const fleet = new Fleet('h1', 'h2');
    const first = when('first', ({ inventory_hostname }) => inventory_hostname !== 'h1');
    await fleet.run([play([{ ...once, when: first }])]);
    expect(ends(fleet)).toEqual({ h1: 'skipped', h2: 'runs once, and was skipped on h1' });
    expect(doers(fleet)).toEqual([]);
  });

  it('in a block that the first host skips, or a rescue that it does not need, is done by another', async () => {
    const fleet = new Fleet('h1', 'h2');
    const second = when('second', ({ inventory_hostname }) => inventory_hostname === 'h2');
    await fleet.run([play([block([once], { when: second })])]);
    expect(doers(fleet)).toEqual(['h2']);
  });

  it('as a handler is done by whoever is notified', async () => {
    const fleet = new Fleet('h1', 'h2');
    fleet.host('h1').files.set('a', '1');
    await fleet.run([play([put('a', '1', { notify: ['once'] })], { handlers: [once] })]);
    expect(doers(fleet)).toEqual(['h2']);
  });

  it('notifies the host that did it only', async () => {
    const fleet = new Fleet('h1', 'h2');
    const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' })];
    await fleet.run([play([{ ...once, notify: ['restart'] }], { handlers })]);
    expect(fleet.ofType('step.started').filter(({ handler }) => handler)).toMatchObject([{ host: 'h1' }]);
  });

  it('is left by all where the run is stopped before it', async () => {
    const fleet = new Fleet('h1', 'h2');
    fleet.host('h1').weather = onScript('set', (_, act) => {
      fleet.stop.raise('SIGINT');
      return act();
    });
    const recap = await fleet.run([
      play([put('a', '1', { when: when('h1', (s) => s.inventory_hostname === 'h1') }), once]),
    ]);
    expect(statuses(recap)).toEqual({ h1: 'interrupted', h2: 'interrupted' });
    expect(doers(fleet)).toEqual([]);
  });
});
