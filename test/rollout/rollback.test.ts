import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { exitCodeOf } from '../../src/core/exit-code.ts';
import { SessionError } from '../../src/core/session.ts';
import { hostsToUndo } from '../../src/rollout/rollback.ts';
import { onScript } from '../engine/fake-host.ts';
import { Fleet, statuses } from '../engine/fake-run.ts';
import { burn, play, put, restart, step, typeOf } from '../engine/fake-steps.ts';

async function afterRun(...names: string[]): Promise<Fleet> {
  const fleet = new Fleet(...names);
  for (const host of fleet.hosts) host.files.set('b', 'old');
  await fleet.run([play([put('a', '1'), put('b', 'new'), step(restart, { unit: 'docker' })])]);
  fleet.trace.length = 0;
  return fleet;
}

describe('a rollback of a run', () => {
  it('puts every host back in a run of its own that names the first', async () => {
    const fleet = await afterRun('web-1', 'web-2');
    const recap = await fleet.rollback(fleet.record());
    expect(statuses(recap)).toEqual({ 'web-1': 'changed', 'web-2': 'changed' });
    for (const host of fleet.hosts) expect(host.files).toEqual(new Map([['b', 'old']]));
    expect(fleet.ofType('run.started')[1]).toMatchObject({ mode: 'rollback', of: 'run-0' });
    expect(exitCodeOf(recap)).toBe(0);
    expect(fleet.hosts.map(({ connects, closes }) => [connects, closes])).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('journals each undo before it touches the host', async () => {
    const fleet = await afterRun('web-1');
    await fleet.rollback(fleet.record(), { journal: () => new Promise((go) => setImmediate(go)) });
    expect(fleet.trace).toEqual([
      ...['run.started', 'host.started', 'change.undoing', 'web-1: set b new old', 'change.undone'],
      ...['change.undoing', 'web-1: set a 1 ', 'change.undone', 'change.undoing', 'web-1: activate docker'],
      ...['change.undone', 'host.rollback', 'host.finished', 'run.finished'],
    ]);
  });

  it('leaves a second one nothing to do', async () => {
    const fleet = await afterRun('web-1');
    expect(hostsToUndo(fleet.record())).toHaveLength(1);
    await fleet.rollback(fleet.record());
    expect(hostsToUndo(fleet.record())).toEqual([]);
    expect(fleet.record().rollbacks).toHaveLength(1);
  });

  it('goes on where one that died has stopped, with the restart that was still to come', async () => {
    const fleet = await afterRun('web-1');
    fleet.host('web-1').requests.length = 0;
    const whole = fleet.events.length;
    await fleet.rollback(fleet.record());
    const firstUndone = fleet.events.findIndex(({ type }, i) => i > whole && type === 'change.undone');
    fleet.events.length = firstUndone + 1; // b is back, and then the controller was killed.
    fleet.host('web-1').requests.length = 0;
    const recap = await fleet.rollback(fleet.record());
    expect(fleet.host('web-1').requests).toEqual(['web-1: set a 1 ', 'web-1: activate docker']);
    expect(recap.outcomes[0]?.rollback?.undone).toEqual(['put a', 'restart docker']);
    expect(hostsToUndo(fleet.record())).toEqual([]);
  });

  it('activates again what a later one has restored, and only that', async () => {
    const fleet = await afterRun('web-1');
    const host = fleet.host('web-1');
    const rollBack = async () => {
      host.requests.length = 0;
      const recap = await fleet.rollback(fleet.record());
      return { requests: [...host.requests], outcome: recap.outcomes[0]?.rollback };
    };
    host.files.set('b', 'theirs');
    expect(await rollBack()).toEqual({
      requests: ['web-1: set b new old', 'web-1: set a 1 ', 'web-1: activate docker'],
      outcome: {
        undone: ['put a', 'restart docker; once more when the rest is back'],
        irreversible: [],
        failed: [{ summary: 'put b', reason: 'could not put b back: exit code 9' }],
      },
    });
    expect(await rollBack()).toMatchObject({
      requests: ['web-1: set b new old'],
      outcome: {
        undone: [],
        failed: [
          { summary: 'put b' },
          { summary: 'restart docker', reason: 'not done again: nothing that it would activate was restored' },
        ],
      },
    });
    host.files.set('b', 'new');
    expect(await rollBack()).toEqual({
      requests: ['web-1: set b new old', 'web-1: activate docker'],
      outcome: { undone: ['put b', 'restart docker'], irreversible: [], failed: [] },
    });
    expect(hostsToUndo(fleet.record())).toEqual([]);
  });

  it('of a run that died in the middle of a change undoes that change too, whether it was done or not', async () => {
    for (const done of [true, false]) {
      const fleet = new Fleet('web-1');
      await fleet.run([play([put('a', '1')])]);
      fleet.events.length = fleet.events.findIndex(({ type }) => type === 'change.applying') + 1;
      if (!done) fleet.host('web-1').files.clear();
      expect(fleet.record()).toMatchObject({ state: 'interrupted', hosts: [{ changes: [{ state: 'applying' }] }] });
      const recap = await fleet.rollback(fleet.record());
      expect(recap.outcomes[0]?.rollback).toMatchObject({ undone: ['put a'], failed: [] });
      expect(fleet.host('web-1').files.size).toBe(0);
    }
  });

  it('says which hosts it could not reach and what is left there; a later one tries them again', async () => {
    const fleet = await afterRun('web-1', 'web-2');
    fleet.host('web-1').refuseConnection = new SessionError('unreachable', 'no route to host');
    const recap = await fleet.rollback(fleet.record());
    expect(statuses(recap)).toEqual({ 'web-1': 'unreachable', 'web-2': 'changed' });
    expect(recap.outcomes[0]?.rollback?.failed).toHaveLength(3);
    expect(exitCodeOf(recap)).toBe(20);
    expect(hostsToUndo(fleet.record()).map(({ host }) => host)).toEqual(['web-1']);
    fleet.host('web-1').refuseConnection = undefined;
    expect(exitCodeOf(await fleet.rollback(fleet.record()))).toBe(0);
    expect(fleet.host('web-1').files).toEqual(new Map([['b', 'old']]));
  });

  it('names what is irreversible without touching the host, and is complete', async () => {
    const fleet = new Fleet('web-1');
    fleet.host('web-1').files.set('a', '1');
    await fleet.run([play([step(burn, { key: 'a' })])]);
    const recap = await fleet.rollback(fleet.record());
    expect(recap.outcomes[0]).toMatchObject({ status: 'ok', rollback: { irreversible: [{ summary: 'burn a' }] } });
    expect(fleet.host('web-1').connects).toBe(1);
    expect(exitCodeOf(recap)).toBe(0);
    expect(hostsToUndo(fleet.record())).toEqual([]);
  });

  it('does not restore what a scrubber has blotted out, nor what no step type knows', async () => {
    const fleet = await afterRun('web-1');
    const record = fleet.record();
    const changes = record.hosts[0]?.changes.map((change) =>
      change.seq === 0 ? { ...change, scrubbed: true as const } : { ...change, stepType: 'of-the-future' },
    );
    fleet.host('web-1').requests.length = 0;
    const recap = await fleet.rollback({ ...record, hosts: [{ host: 'web-1', steps: [], changes: changes ?? [] }] });
    expect(recap.outcomes[0]?.rollback?.failed.map(({ reason }) => reason)).toEqual([
      'this unwedge knows no undo for step type "of-the-future"; where a plugin has it: --plugin FILE',
      'this unwedge knows no undo for step type "of-the-future"; where a plugin has it: --plugin FILE',
      'a secret was taken out of its record, so what was there before is not known',
    ]);
    expect(fleet.host('web-1').requests).toEqual([]);
  });

  it('after a first Ctrl-C puts the host at work back whole and begins no other', async () => {
    const fleet = await afterRun('web-1', 'web-2');
    fleet.host('web-1').weather = onScript('set', (_, act) => {
      if (fleet.stop.level === 0) fleet.stop.raise('SIGTERM');
      return act();
    });
    const recap = await fleet.rollback(fleet.record(), { forks: 1 });
    expect(statuses(recap)).toEqual({ 'web-1': 'changed', 'web-2': 'not-attempted' });
    expect(fleet.host('web-1').files).toEqual(new Map([['b', 'old']]));
    expect(exitCodeOf(recap)).toBe(130);
  });

  it('works on as many hosts at a time as it may', async () => {
    const fleet = await afterRun('a', 'b', 'c', 'd');
    let open = 0;
    const seen: number[] = [];
    await fleet.rollback(fleet.record(), {
      forks: 3,
      journal: async ({ type }) => {
        if (type === 'host.started') seen.push(++open);
        if (type === 'host.finished') open -= 1;
        await new Promise((go) => setImmediate(go));
      },
    });
    expect(Math.max(...seen)).toBe(3);
    expect(seen).toHaveLength(4);
  });

  it('goes the way of the run: its batches, the newest first, and no more hosts at once', async () => {
    const fleet = new Fleet('a', 'b', 'c', 'd', 'e');
    await fleet.run([play([put('x', '1')], { serial: 2, forks: 1 })]);
    const ran = fleet.events.length;
    expect(statuses(await fleet.rollback(fleet.record()))).toMatchObject({ a: 'changed', e: 'changed' });
    const events = fleet.events.slice(ran);
    expect(events.flatMap((event) => (event.type === 'batch.started' ? [event.hosts] : []))).toEqual([
      ['e'],
      ['c', 'd'],
      ['a', 'b'],
    ]);
    const atWork = events.flatMap((event) => {
      if (event.type === 'host.started') return [`+${event.host}`];
      return event.type === 'host.finished' ? [`-${event.outcome.host}`] : [];
    });
    expect(atWork.join(' ')).toBe('+e -e +c -c +d -d +a -a +b -b');
  });

  it('keeps as many hosts of a domain up as the run did', async () => {
    const fleet = new Fleet('a1', 'a2', 'b1', 'b2');
    const vars = { a1: { rack: 'a' }, a2: { rack: 'a' }, b1: { rack: 'b' }, b2: { rack: 'b' } };
    await fleet.run([play([put('x', '1')], { spread: { by: 'rack', most: 1 } })], { vars });
    const atWork = new Set<string>();
    const seen: string[] = [];
    await fleet.rollback(fleet.record(), {
      journal: async (event) => {
        if (event.type === 'host.started') atWork.add(event.host);
        if (event.type === 'host.finished') atWork.delete(event.outcome.host);
        seen.push([...atWork].map((host) => host.slice(0, 1)).join(''));
        await new Promise((go) => setImmediate(go));
      },
    });
    expect(seen).toContain('ab');
    expect(seen.filter((racks) => racks.includes('aa') || racks.includes('bb'))).toEqual([]);
  });

  it('stops where as many hosts fail as end the run; what somebody has changed since stops nothing', async () => {
    const fleet = new Fleet('a', 'b', 'c');
    await fleet.run([play([put('x', '1')], { serial: 1 })]);
    fleet.host('c').files.set('x', 'mine');
    fleet.host('b').weather = onScript('set', () => ({ code: 1, stdout: '', stderr: 'disk full', truncated: false }));
    const recap = await fleet.rollback(fleet.record());
    expect(statuses(recap)).toEqual({ a: 'not-attempted', b: 'failed', c: 'failed' });
    expect(recap.stopped).toBe('failures');
    expect(recap.outcomes.find(({ host }) => host === 'a')?.reason).toMatchObject({
      message: expect.stringContaining('1 host has failed (b)'),
      todo: expect.stringContaining("-l 'all:!b'"),
    });
    expect(fleet.host('a').files.get('x')).toBe('1');
  });

  it('says before a restart what that stops, and restarts also where nobody can tell', async () => {
    const { undo } = restart;
    if (undo.kind !== 'repeat') throw new Error('a restart is repeated');
    for (const interrupts of [
      async () => ({ summary: 'restart docker: stops 2', stops: 2 }),
      async () => {
        throw new SessionError('deadline', 'no answer within 60 s');
      },
    ]) {
      const fleet = await afterRun('web-1');
      const types = (name: string) =>
        name === 'restart' ? { ...restart, undo: { ...undo, interrupts } } : typeOf(name);
      const recap = await fleet.rollback(fleet.record(), { typeOf: types });
      const [told] = fleet.ofType('step.planned').slice(-1);
      expect(told?.notes[0]).toMatch(/stops 2|what it stops is not known: no answer within 60 s/);
      expect(fleet.trace.indexOf('web-1: activate docker')).toBeGreaterThan(fleet.trace.lastIndexOf('step.planned'));
      expect(recap.outcomes[0]?.rollback?.undone.at(-1)).toBe(told?.notes[0]);
    }
  });

  it('is predicted exactly, by looks alone', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const fleet = new Fleet(...names);
    fleet.host('d').files.set('z', '1');
    await fleet.run([
      play([put('x', '1'), put('y', '2'), step(restart, { unit: 'docker' }), step(burn, { key: 'z' })]),
    ]);
    fleet.host('b').files.set('x', 'mine');
    fleet.host('c').files.set('x', 'mine').set('y', 'mine');
    const files = () => fleet.hosts.map((host) => [...host.files, ...host.loaded]);
    const before = files();
    const [record, told] = [fleet.record(), fleet.events.length];
    for (const host of fleet.hosts) host.requests.length = 0;
    const predicted = await fleet.rollback(record, { isPreview: true });
    expect(files()).toEqual(before);
    const asked = new Set(fleet.hosts.flatMap((host) => host.requests.map((text) => text.split(' ')[1])));
    expect(asked).toEqual(new Set(['would-set', 'hostlog/probe-undo.sh']));
    const changes = fleet.events.slice(told).flatMap((event) => (event.type === 'step.planned' ? event.changes : []));
    expect(changes.map(({ summary }) => summary)).toContain('put x back');
    expect(fleet.events.slice(told).filter(({ type }) => type.startsWith('change.'))).toEqual([]);
    fleet.events.length = told;
    expect(await fleet.rollback(record)).toEqual(predicted);
    expect(statuses(predicted)).toEqual({ a: 'changed', b: 'failed', c: 'failed', d: 'changed' });
    const again = await fleet.rollback(fleet.record(), { isPreview: true });
    expect(statuses(again)).toEqual({ b: 'failed', c: 'failed' });
  });
});

describe('the end of a run', () => {
  it('says how many of its changes can be undone, where that is not all', async () => {
    const fleet = new Fleet('a');
    fleet.host('a').files.set('z', '1');
    const recap = await fleet.run([play([step(restart, { unit: 'docker' }), step(burn, { key: 'z' }), put('x', '1')])]);
    expect(recap.outcomes[0]).toMatchObject({ status: 'changed', changes: 3, undoable: 1 });
    const other = new Fleet('a');
    expect((await other.run([play([put('x', '1')])])).outcomes[0]).not.toHaveProperty('undoable');
  });

  it('does not count what a journal without secrets cannot undo; the run itself can', async () => {
    const recorded = (event: RunEvent): RunEvent =>
      event.type === 'change.applying' && event.seq === 0 ? { ...event, scrubbed: true } : event;
    const fleet = new Fleet('a');
    const recap = await fleet.run([play([put('x', '1'), put('y', '1')])], { recorded });
    expect(recap.outcomes[0]).toMatchObject({ status: 'changed', changes: 2, undoable: 1 });
    const failing = put('y', '1', {
      args: () => {
        throw new Error('no');
      },
    });
    const other = new Fleet('a');
    const back = await other.run([play([put('x', '1'), failing], { onFailure: 'rollback_host' })], { recorded });
    expect(back.outcomes[0]?.rollback).toMatchObject({ undone: ['put x'], failed: [] });
    expect(other.host('a').files.size).toBe(0);
  });
});
