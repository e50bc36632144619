import { describe, expect, it } from 'vitest';
import { ExitCode, exitCodeOf } from '../../src/core/exit-code.ts';
import { Fleet, statuses } from './fake-run.ts';
import { play, put } from './fake-steps.ts';

const other = { run: 'run-x', owner: 'ops@admin-2', since: '2026-11-22T05:14:43.000Z' };
const plays = [play([put('a', '1')], { onFailure: 'continue' })];
const AT_WORK = 'another run is at work on it: run run-x of ops@admin-2, since 2026-11-22T05:14:43.000Z';

function fleetWith(...locked: readonly string[]): Fleet {
  const fleet = new Fleet('web-1', 'web-2');
  for (const name of locked) fleet.host(name).heldBy = other;
  return fleet;
}

describe('a host on which another run is at work', () => {
  it('is left alone, and told with who is at work; the others are served', async () => {
    const fleet = fleetWith('web-1');
    const recap = await fleet.run(plays);
    expect(statuses(recap)).toEqual({ 'web-1': 'locked', 'web-2': 'changed' });
    expect(recap.outcomes[0]?.reason?.message).toBe(`${AT_WORK}; nothing was done`);
    expect(fleet.host('web-1').requests).toEqual([]);
    expect(fleet.host('web-1').closes).toBe(1);
    expect(fleet.story('web-1')).toEqual(['host.started', 'step.started', 'host.locked']);
    expect(exitCodeOf(recap)).toBe(ExitCode.unreachable);
  });

  it('counts as one that was not reached: by default no further host is begun', async () => {
    const recap = await fleetWith('web-1').run([play([put('a', '1')], { serial: 1 })]);
    expect(statuses(recap)).toEqual({ 'web-1': 'locked', 'web-2': 'not-attempted' });
    expect(exitCodeOf(recap)).toBe(ExitCode.locked);
  });

  it('is 30 where there is no other host: nothing was done', async () => {
    expect(exitCodeOf(await fleetWith('web-1', 'web-2').run(plays))).toBe(ExitCode.locked);
  });

  it('keeps no dry run out', async () => {
    expect(statuses(await fleetWith('web-1').run(plays, { mode: 'check' }))).toMatchObject({ 'web-1': 'changed' });
  });

  it('is waited for as long as it takes, and no longer than was asked for', async () => {
    const fleet = fleetWith('web-1', 'web-2');
    const recap = await fleet.run(plays, {
      lockWait: 600,
      report: (event) => {
        if (event.type === 'host.waiting' && event.host === 'web-1') fleet.host('web-1').heldBy = undefined;
      },
    });
    expect(statuses(recap)).toEqual({ 'web-1': 'changed', 'web-2': 'locked' });
    expect(fleet.ofType('host.waiting').map(({ reason }) => reason.message)).toEqual([AT_WORK, AT_WORK]);
  });

  it('is not waited for once the run is told to stop', async () => {
    const fleet = fleetWith('web-1');
    const recap = await fleet.run(plays, {
      lockWait: 600,
      report: (event) => {
        if (event.type === 'host.waiting') fleet.stop.raise('SIGINT');
      },
    });
    expect(statuses(recap)).toMatchObject({ 'web-1': 'interrupted' });
    expect(fleet.host('web-1').requests).toEqual([]);
  });

  it('is not rolled back either, and what is left stays left', async () => {
    const fleet = fleetWith();
    await fleet.run(plays);
    fleet.host('web-1').heldBy = other;
    const recap = await fleet.rollback(fleet.record());
    expect(statuses(recap)).toEqual({ 'web-1': 'locked', 'web-2': 'changed' });
    expect(fleet.host('web-1').files.get('a')).toBe('1');
    expect(fleet.record().hosts[0]?.changes.map(({ state }) => state)).toEqual(['applied']);
  });

  it('whose job is one that the run left behind is waited for by its rollback, whatever --lock-wait says', async () => {
    const fleet = fleetWith();
    await fleet.run(plays);
    const host = fleet.host('web-1');
    host.heldBy = { ...other, run: fleet.record().started.run };
    const recap = await fleet.rollback(fleet.record(), {
      report: (event) => {
        if (event.type === 'host.waiting') host.heldBy = undefined;
      },
    });
    expect(statuses(recap)).toEqual({ 'web-1': 'changed', 'web-2': 'changed' });
  });
});
