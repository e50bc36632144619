import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { JournalFailure } from '../../src/engine/event-stream.ts';
import { Fleet, statuses } from './fake-run.ts';
import { play, put } from './fake-steps.ts';

const onTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const failingAt = (nth: number, type: RunEvent['type']) => {
  let seen = 0;
  return (event: RunEvent) => {
    if (event.type === type) seen += 1;
    if (seen >= nth) throw new Error("the journal can't be written: ENOSPC");
  };
};

describe('the journal', () => {
  it('has recorded a change before the host is touched, however slow it is', async () => {
    const fleet = new Fleet('web-1', 'web-2');
    await fleet.run([play([put('a', '1'), put('b', '2')])], { journal: onTurn });
    for (const name of ['web-1', 'web-2']) {
      const sets = fleet.trace.flatMap((text, i) => (text.startsWith(`${name}: set`) ? [i] : []));
      expect(sets).toHaveLength(2);
      const recorded = fleet.trace.flatMap((text, i) => (text === 'change.applying' ? [i] : []));
      for (const [nth, set] of sets.entries()) expect(recorded.filter((i) => i < set).length).toBeGreaterThan(nth);
    }
  });

  it('comes before the reporter', async () => {
    const fleet = new Fleet('web-1');
    const early: string[] = [];
    const report = (event: RunEvent) => {
      if (!fleet.events.includes(event)) early.push(event.type);
    };
    await fleet.run([play([put('a', '1')])], { journal: onTurn, report });
    expect(early).toEqual([]);
  });

  it('that cannot even begin refuses the run: nothing is connected to', async () => {
    const fleet = new Fleet('web-1');
    const run = fleet.run([play([put('a', '1')])], { journal: failingAt(1, 'run.started') });
    await expect(run).rejects.toThrow(JournalFailure);
    expect(fleet.host('web-1').connects).toBe(0);
  });

  it('that fails at a change leaves that host untouched and starts no other', async () => {
    const fleet = new Fleet('web-1', 'web-2');
    const shown: string[] = [];
    const options = { forks: 1, journal: failingAt(2, 'change.applying'), report: (e: RunEvent) => shown.push(e.type) };
    const plays = [play([put('a', '1'), put('b', '1')], { onFailure: 'continue' })];
    const recap = await fleet.run(plays, options);
    expect(fleet.host('web-1').files).toEqual(new Map([['a', '1']]));
    expect(statuses(recap)).toEqual({ 'web-1': 'failed', 'web-2': 'not-attempted' });
    expect(recap.outcomes[0]?.reason?.message).toBe(
      "stopped before the host was touched: the journal can't be written: ENOSPC",
    );
    expect(shown.slice(-3)).toEqual(['host.finished', 'host.finished', 'run.finished']);
    expect(shown.filter((type) => type === 'change.applying')).toHaveLength(1);
  });

  it('is never written again after it failed', async () => {
    const fleet = new Fleet('web-1');
    let failures = 0;
    const journal = (event: RunEvent) => {
      if (event.type !== 'change.applied') return;
      failures += 1;
      throw new Error('EIO');
    };
    await fleet.run([play([put('a', '1'), put('b', '1')])], { journal });
    expect(failures).toBe(1);
    expect(fleet.events.at(-1)?.type).toBe('change.applying');
    expect(fleet.host('web-1').files).toEqual(new Map([['a', '1']]));
  });
});

describe('a reporter that throws', () => {
  it('ends no host: the run is finished and journaled without it, then its error is thrown', async () => {
    const fleet = new Fleet('web-1');
    const report = () => {
      throw new Error('no terminal');
    };
    await expect(fleet.run([play([put('a', '1')])], { report })).rejects.toThrow('no terminal');
    expect(fleet.events.at(-1)).toMatchObject({ type: 'run.finished', recap: { outcomes: [{ status: 'changed' }] } });
  });
});
