import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { exitCodeOf } from '../../src/core/exit-code.ts';
import { SessionError } from '../../src/core/session.ts';
import { StepError } from '../../src/core/step-type.ts';
import { onScript } from './fake-host.ts';
import { Fleet } from './fake-run.ts';
import { burn, file, fileBut, play, put, reload, restart, step } from './fake-steps.ts';

const unit = { unit: 'docker' };
const rollingBack = (...steps: Parameters<typeof play>[0]) => [play(steps, { onFailure: 'rollback_host' })];
/** A step that fails on every host, and changes nothing. */
const failing = { ...put('z', '1', { name: 'failing' }), args: () => fail() };
const fail = (): never => {
  throw new StepError('does not come out healthy');
};
const lost = () => {
  throw new SessionError('lost', 'connection lost');
};
const writes = (fleet: Fleet, host = 'web-1') =>
  fleet.host(host).requests.filter((text) => !/: (get|stale) /.test(text));

describe('on_failure: rollback_host', () => {
  it('takes back what this host changed, newest first, then activates what was restored, in the original order', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.files.set('a', 'old');
    const before = new Map(host.files);
    const recap = await fleet.run(
      rollingBack(put('a', 'new'), put('b', '1'), step(reload, { unit: 'systemd' }), step(restart, unit), failing),
    );
    expect(writes(fleet).slice(4)).toEqual([
      ...['web-1: set b 1 ', 'web-1: set a new old', 'web-1: activate systemd', 'web-1: activate docker'],
    ]);
    expect(host.files).toEqual(before);
    expect(recap.outcomes[0]).toMatchObject({
      ...{ status: 'failed', reason: { message: 'does not come out healthy' } },
      rollback: { undone: ['put b', 'put a', 'reload systemd', 'restart docker'], irreversible: [], failed: [] },
    });
    expect(exitCodeOf(recap)).toBe(2);
  });

  it('has each undo recorded before the host is touched', async () => {
    const fleet = new Fleet('web-1');
    await fleet.run(rollingBack(put('a', '1'), failing), { journal: () => new Promise((go) => setImmediate(go)) });
    const from = fleet.trace.indexOf('change.undoing');
    expect(fleet.trace.slice(from, from + 4)).toEqual([
      ...['change.undoing', 'web-1: set a 1 ', 'change.undone', 'host.rollback'],
    ]);
  });

  it('covers all plays of the run on that host, and no other host', async () => {
    const fleet = new Fleet('web-1', 'web-2');
    fleet.host('web-1').weather = onScript('set', fail, 'b');
    await fleet.run([play([put('a', '1')]), ...rollingBack(put('b', '1'))]);
    expect(fleet.host('web-1').files.size).toBe(0);
    expect(fleet.host('web-2').files).toEqual(new Map([...['a', 'b'].map((key) => [key, '1'] as const)]));
  });

  it('is silent where nothing was changed', async () => {
    const fleet = new Fleet('web-1');
    const recap = await fleet.run(rollingBack(failing));
    expect(fleet.ofType('host.rollback')).toEqual([]);
    expect(recap.outcomes[0]?.rollback).toBeUndefined();
  });

  it('changes nothing in check mode', async () => {
    const fleet = new Fleet('web-1');
    await fleet.run(rollingBack(put('a', '1'), failing), { mode: 'check' });
    expect(writes(fleet)).toEqual([]);
    expect(fleet.ofType('host.rollback')).toEqual([]);
  });

  it('includes the change in doubt that made it fail, over a new connection where the old one is lost', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').weather = onScript('set', (request, act) => {
      const result = act();
      if (request.args[1] === '') lost();
      return result;
    });
    const recap = await fleet.run(rollingBack(put('a', '1')));
    expect(recap.outcomes[0]).toMatchObject({ status: 'unreachable', rollback: { undone: ['put a'], failed: [] } });
    expect(fleet.host('web-1').files.size).toBe(0);
    expect(fleet.host('web-1').connects).toBe(2);
  });

  it('does not undo what drifted', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').weather = onScript('set', (request, act) => {
      if (request.args[0] === 'b') throw new StepError('b: changed since', { drifted: true });
      return act();
    });
    await fleet.run(rollingBack(put('a', '1'), put('b', '1')));
    expect(fleet.ofType('change.undoing').map(({ seq }) => seq)).toEqual([0]);
  });

  it('names what cannot be undone, and is complete all the same', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').files.set('a', '1');
    const recap = await fleet.run(rollingBack(step(burn, { key: 'a' }), failing));
    expect(recap.outcomes[0]?.rollback).toEqual({
      undone: [],
      irreversible: [{ summary: 'burn a', reason: 'burnt' }],
      failed: [],
    });
    expect(fleet.record().hosts[0]?.changes).toMatchObject([{ state: 'irreversible', reason: 'burnt' }]);
    expect(exitCodeOf(recap)).toBe(2);
  });

  it('names a single change that its type can not reverse', async () => {
    const fleet = new Fleet('web-1');
    const irreversible = ({ summary }: Change) => (summary === 'put a' ? 'no undo given' : undefined);
    if (file.undo.kind !== 'reverse') throw new Error('file is reversed');
    const partly = fileBut({ undo: { ...file.undo, irreversible } });
    const recap = await fleet.run(
      rollingBack(...['a', 'b'].map((key) => step(partly, { key, value: '1' })), step(restart, unit), failing),
    );
    expect(recap.outcomes[0]?.rollback).toMatchObject({
      ...{
        undone: ['put b', 'restart docker'],
        irreversible: [{ summary: 'put a', reason: 'no undo given' }],
        failed: [],
      },
    });
    expect(fleet.host('web-1').files).toEqual(new Map([['a', '1']]));
  });

  it('keeps what someone changed since, goes on with the rest, and says that it is incomplete', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    const meddle = () => {
      host.files.set('b', 'theirs');
      return fail();
    };
    const meddling = { ...failing, args: meddle };
    const recap = await fleet.run(rollingBack(put('a', '1'), put('b', '1'), put('c', '1'), meddling));
    expect(host.files).toEqual(new Map([['b', 'theirs']]));
    expect(recap.outcomes[0]?.rollback).toMatchObject({
      undone: ['put c', 'put a'],
      failed: [{ summary: 'put b', reason: 'could not put b back: exit code 9' }],
    });
    expect(exitCodeOf(recap)).toBe(20);
  });

  it('does not restart for what it could not restore', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').weather = onScript('set', (request, act) => (request.args[1] === '1' ? fail() : act()), 'a');
    const recap = await fleet.run(rollingBack(put('a', '1'), step(restart, unit), failing));
    expect(writes(fleet).filter((text) => text.includes('activate'))).toHaveLength(1);
    expect(recap.outcomes[0]?.rollback?.failed.map(({ summary }) => summary)).toEqual(['put a', 'restart docker']);
  });

  it('does not restart where the run did nothing but restart', async () => {
    const fleet = new Fleet('web-1');
    const recap = await fleet.run(rollingBack(step(restart, unit), failing));
    expect(writes(fleet)).toEqual(['web-1: activate docker']);
    expect(recap.outcomes[0]?.rollback).toMatchObject({ irreversible: [{ summary: 'restart docker' }], failed: [] });
  });

  it('tries a host that is gone once, and names all that is left there', async () => {
    const fleet = new Fleet('web-1');
    const host = fleet.host('web-1');
    host.weather = onScript('set', (request, act) => {
      if (request.args[0] !== 'c') return act();
      host.refuseConnection = new SessionError('unreachable', 'no route to host');
      return lost();
    });
    const recap = await fleet.run(rollingBack(put('a', '1'), put('b', '1'), put('c', '1')));
    expect(host.connects).toBe(2);
    expect(recap.outcomes[0]?.rollback?.failed).toEqual(
      ['put c', 'put b', 'put a'].map((summary) => ({ summary, reason: 'no route to host' })),
    );
    expect(exitCodeOf(recap)).toBe(20);
  });

  it('sends an undo whose connection was lost once more', async () => {
    const fleet = new Fleet('web-1');
    let undos = 0;
    fleet.host('web-1').weather = onScript('set', (request, act) => {
      const result = act();
      if (request.args[1] === '1' && ++undos === 1) lost();
      return result;
    });
    const recap = await fleet.run(rollingBack(put('a', '1'), failing));
    expect(undos).toBe(2);
    expect(recap.outcomes[0]?.rollback).toMatchObject({ undone: ['put a'], failed: [] });
  });

  it('sends nothing that it cannot record', async () => {
    const fleet = new Fleet('web-1');
    const journal = ({ type }: { type: string }) => {
      if (type === 'change.undoing') throw new Error('ENOSPC');
    };
    const recap = await fleet.run(rollingBack(put('a', '1'), failing), { journal });
    expect(fleet.host('web-1').files.get('a')).toBe('1');
    expect(recap.outcomes[0]?.rollback?.failed).toEqual([
      { summary: 'put a', reason: 'stopped before the host was touched: ENOSPC' },
    ]);
  });

  it('gives each undo the deadline of its step', async () => {
    const fleet = new Fleet('web-1');
    const deadlines: number[] = [];
    fleet.host('web-1').weather = onScript('set', ({ deadline }, act) => {
      deadlines.push(deadline);
      return act();
    });
    await fleet.run(rollingBack(put('a', '1', { deadline: 600 }), put('b', '1'), failing));
    expect(deadlines).toEqual([600, file.deadline, file.deadline, 600]);
  });

  it('starts no other host while it puts one back', async () => {
    const fleet = new Fleet('web-1', 'web-2');
    const options = { forks: 1, journal: () => new Promise<void>((go) => setImmediate(go)) };
    await fleet.run(rollingBack(put('a', '1'), failing), options);
    expect(fleet.host('web-2').connects).toBe(0);
  });
});
