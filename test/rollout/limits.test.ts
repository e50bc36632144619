import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/core/exit-code.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Ledger } from '../../src/core/limits.ts';
import { NO_LIMITS } from '../../src/core/limits.ts';
import { SessionError } from '../../src/core/session.ts';
import { isStorm } from '../../src/rollout/surge.ts';
import { timesWithin } from '../../src/rollout/times-limit.ts';
import { Fleet, type RunOptions, statuses } from '../engine/fake-run.ts';
import { block, file, fileBut, play, put, step } from '../engine/fake-steps.ts';

const NOW = 1_795_324_483_000;
const HOUR = 3_600_000;

/** A ledger that knows of these times, and tells what is added. */
function ledgerOf(times: Readonly<Record<string, readonly number[]>>, broken?: 'times' | 'add') {
  const added: string[] = [];
  const refuse = async (): Promise<never> => {
    throw new Error('limits.jsonl: no space left');
  };
  const ledger: Ledger = {
    times: broken === 'times' ? refuse : async (_, host) => times[host] ?? [],
    add: broken === 'add' ? refuse : async (name, host) => void added.push(`${name} ${host}`),
  };
  return { ledger, added };
}

const filesOf = (fleet: Fleet, name: string) => Object.fromEntries(fleet.host(name).files);

describe('timesWithin', () => {
  it.each([
    [[NOW - HOUR, NOW - 25 * HOUR], 1],
    [[NOW - 24 * HOUR], 0],
    [[NOW + HOUR, NOW - HOUR], 2],
    [[NOW + 25 * HOUR], 0],
    [[], 0],
  ])('of %j it counts %i in 24 h, also what a clock that was set back left in the future', (times, expected) => {
    expect(timesWithin(times, 24 * 3600, NOW)).toHaveLength(expected);
  });
});

describe('isStorm', () => {
  it.each([
    [3, 10, { percent: 30 }, false],
    [4, 10, { percent: 30 }, true],
    [1, 1, { percent: 30 }, false],
    [2, 2, { percent: 30 }, true],
    [5, 1000, { count: 5 }, false],
    [6, 1000, { count: 5 }, true],
  ])('%i of %i with %j: %s', (wedged, hosts, most, expected) => {
    expect(isStorm(wedged, hosts, most)).toBe(expected);
  });
});

describe('max_times_per_host', () => {
  const limits = { ...NO_LIMITS, timesPerHost: { most: 2, within: 24 * 3600 } };
  const often = [NOW - HOUR, NOW - 2 * HOUR];
  const run = (fleet: Fleet, ledger: Ledger, options: RunOptions & { hold?: boolean } = {}, steps = [put('x', '1')]) =>
    fleet.run([play(steps, { limits, onFailure: 'continue' })], {
      ...options,
      limits: { ledger, hold: options.hold ?? true },
    });

  it.each(['check', 'run'] as const)(
    '%s: a host that needs changes too often is left alone, others go on',
    async (mode) => {
      const fleet = new Fleet('a', 'b');
      const { ledger, added } = ledgerOf({ a: often });
      const recap = await run(fleet, ledger, { mode });
      expect(statuses(recap)).toEqual({ a: 'flapping', b: 'changed' });
      expect(recap.outcomes[0]?.reason?.message).toMatch(
        /^flapping: it has needed changes of play "play" 2 times already/,
      );
      expect(filesOf(fleet, 'a')).toEqual({});
      expect(fleet.story('a')).not.toContain('change.applying');
      expect(added).toEqual(mode === 'run' ? ['play b'] : []);
      expect(exitCodeOf(recap)).toBe(2);
    },
  );

  it('a host that needs nothing is ok, however often it has', async () => {
    const fleet = new Fleet('a');
    fleet.host('a').files.set('x', '1');
    expect(statuses(await run(fleet, ledgerOf({ a: often }).ledger))).toEqual({ a: 'ok' });
  });

  it('one time for a run, whatever it changes; recorded before the host is touched', async () => {
    const fleet = new Fleet('a');
    const { ledger, added } = ledgerOf({ a: often.slice(1) });
    await run(
      fleet,
      ledger,
      {
        journal: ({ type }) => {
          if (type === 'change.applying') expect(added).toEqual(['play a']);
        },
      },
      [put('x', '1'), put('y', '1')],
    );
    expect(filesOf(fleet, 'a')).toEqual({ x: '1', y: '1' });
    expect(added).toEqual(['play a']);
  });

  const mayBe = (before: (now: string) => string | null) =>
    step(
      fileBut({
        plan: (args, facts, context) => {
          const planned = file.plan(args as { key: string; value: string }, String(facts), context);
          return { changes: planned.changes.map((one) => ({ ...one, before: before(one.before), may: true })) };
        },
      }),
      { key: 'x', value: '1' },
    );

  it.each(['check', 'run'] as const)(
    '%s: what is wedged counts, also where only the removal will tell whether it comes free',
    async (mode) => {
      const fleet = new Fleet('a', 'b');
      const { ledger, added } = ledgerOf({ a: often });
      const recap = await run(fleet, ledger, { mode }, [mayBe((now) => now)]);
      expect(statuses(recap)).toEqual({ a: 'flapping', b: 'changed' });
      expect(added).toEqual(mode === 'run' ? ['play b'] : []);
    },
  );

  it('what is done whatever is there tells of no need: it does not count', async () => {
    const fleet = new Fleet('a');
    const { ledger, added } = ledgerOf({ a: often });
    await run(fleet, ledger, {}, [mayBe(() => null)]);
    expect(fleet.story('a')).toContain('change.applying');
    expect(added).toEqual([]);
  });

  it('--no-limits: it goes on, and counts', async () => {
    const fleet = new Fleet('a');
    const { ledger, added } = ledgerOf({ a: often });
    expect(statuses(await run(fleet, ledger, { hold: false }))).toEqual({ a: 'changed' });
    expect(added).toEqual(['play a']);
  });

  it('nothing makes up for it: no rescue, no ignored error', async () => {
    const fleet = new Fleet('a');
    const steps = [
      block([put('x', '1', { ignoreErrors: true })], { rescue: [put('y', '1')], always: [put('z', '1')] }),
    ];
    const recap = await fleet.run([play(steps, { limits })], { limits: { ...ledgerOf({ a: often }), hold: true } });
    expect(statuses(recap)).toEqual({ a: 'flapping' });
    expect(filesOf(fleet, 'a')).toEqual({});
  });

  it.each(['times', 'add'] as const)('where %s fails the host is not touched, and says so', async (broken) => {
    const fleet = new Fleet('a');
    const recap = await run(fleet, ledgerOf({}, broken).ledger);
    expect(statuses(recap)).toEqual({ a: 'failed' });
    expect(recap.outcomes[0]?.reason?.message).toContain('stopped before the host was touched: limits.jsonl: no space');
    expect(filesOf(fleet, 'a')).toEqual({});
  });

  it('a run that is not told how to hold limits does not begin', async () => {
    await expect(new Fleet('a').run([play([put('x', '1')], { limits })])).rejects.toThrow('has limits, its run none');
  });
});

describe('max_wedged_hosts', () => {
  const limits = { ...NO_LIMITS, wedgedHosts: { percent: 50 } };
  const stuck = (severity: Finding['severity']): Finding => ({
    ...{
      code: 'UW001',
      severity,
      subject: 'container victim',
      message: 'it is stuck',
      remedy: 'free it',
      evidence: [],
    },
  });
  /** Puts a file, and tells a finding where it is not as it should be. */
  const free = (severity: Finding['severity'] = 'critical') =>
    step(
      fileBut({
        plan: (args, facts, context) => {
          const planned = file.plan(args as { key: string; value: string }, String(facts), context);
          return { ...planned, findings: planned.changes.map(() => stuck(severity)) };
        },
      }),
      { key: 'x', value: '1' },
    );
  const fleetWhere = (well: readonly string[]) => {
    const fleet = new Fleet('a', 'b', 'c', 'd');
    for (const name of well) fleet.host(name).files.set('x', '1');
    return fleet;
  };
  const run = (
    fleet: Fleet,
    { mode = 'run' as 'run' | 'check', hold = true, severity = 'critical' as Finding['severity'] } = {},
  ) =>
    fleet.run([play([free(severity)], { limits, serial: 1 }), play([put('later', '1')])], {
      ...{ mode, limits: { ...ledgerOf({}), hold } },
    });

  it.each(['check', 'run'] as const)(
    '%s: more wedged hosts than allowed stop all plays before any host is touched',
    async (mode) => {
      const fleet = fleetWhere(['d']);
      const recap = await run(fleet, { mode });
      expect(new Set(Object.values(statuses(recap)))).toEqual(new Set(['not-attempted']));
      expect(recap.stopped).toBe('storm');
      expect(exitCodeOf(recap)).toBe(8);
      expect(fleet.ofType('rollout.stopped')).toMatchObject([{ by: 'storm', done: [], left: ['a', 'b', 'c', 'd'] }]);
      expect(fleet.ofType('rollout.stopped')[0]?.reason.message).toMatch(
        /^a storm: 3 hosts are wedged at once of the 4 of play "play" \(a, b, c\), max_wedged_hosts is 50%/,
      );
      expect(fleet.ofType('step.planned').map(({ host, findings }) => [host, findings?.[0]?.code])).toEqual([
        ...[
          ['a', 'UW001'],
          ['b', 'UW001'],
          ['c', 'UW001'],
        ],
      ]);
      expect(fleet.hosts.flatMap(({ requests }) => requests).filter((text) => text.includes('set'))).toEqual([]);
    },
  );

  it('hosts that drifted into it count in a run by plan, too', async () => {
    const fleet = fleetWhere([]);
    const change = { resource: 'file x', summary: 'put x', before: '', after: '1', risk: 'none' } as const;
    const steps = [{ play: 0, step: 'file', changes: [change] }];
    const hosts = new Map(['a', 'b', 'c', 'd'].map((name) => [name, name === 'a' ? steps : []]));
    const approved = { hosts, whyNot: () => ({ message: 'it was away' }) };
    const one = [play([{ ...free(), name: 'file' }], { limits, onFailure: 'continue' })];
    const recap = await fleet.run(one, { approved, limits: { ...ledgerOf({}), hold: true } });
    expect(recap.stopped).toBe('storm');
    expect(fleet.hosts.flatMap(({ requests }) => requests).filter((text) => text.includes(' set '))).toEqual([]);
  });

  it('as many as allowed: all are freed', async () => {
    const fleet = fleetWhere(['c', 'd']);
    expect(statuses(await run(fleet))).toEqual({ a: 'changed', b: 'changed', c: 'changed', d: 'changed' });
  });

  it('what is not critical is no storm, and --no-limits is', async () => {
    expect((await run(fleetWhere([]), { severity: 'warning' })).stopped).toBeUndefined();
    expect((await run(fleetWhere([]), { hold: false })).stopped).toBeUndefined();
  });

  it('a host that cannot be looked at is told when its turn comes', async () => {
    const fleet = fleetWhere(['b', 'c', 'd']);
    fleet.host('a').refuseConnection = new SessionError('unreachable', 'no route');
    const recap = await run(fleet);
    expect(recap.outcomes[0]).toMatchObject({ host: 'a', status: 'unreachable' });
    expect(recap.stopped).toBe('failures');
  });
});
