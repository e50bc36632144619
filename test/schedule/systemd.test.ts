import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunLocal } from '../../src/schedule/schedule.ts';
import { Systemd } from '../../src/schedule/systemd.ts';
import { timesTold } from '../../src/schedule/systemd-times.ts';
import { schedule } from './sample-schedule.ts';

let dir: string;
let units: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unwedge-schedules-'));
  units = join(dir, 'units');
  mkdirSync(units);
});
afterEach(() => rmSync(dir, { recursive: true }));

const made = (more = {}) => schedule({ stateDir: join(dir, 'state'), ...more });
const tree = () =>
  Object.fromEntries(readdirSync(units).map((name) => [name, readFileSync(join(units, name), 'utf8')]));

/** systemctl that fails at the command of this number; it tells what it was called with. */
function systemctl(failing = Number.NaN) {
  const called: string[] = [];
  const run: RunLocal = async ([, ...words]) => {
    if (words[0] === '--version') return { code: 0, stdout: 'systemd 252 (252.1)\n+PAM\n', stderr: '' };
    called.push(words.join(' '));
    const fails = called.length === failing;
    return { code: fails ? 1 : 0, stdout: '', stderr: fails ? 'Failed: no' : '' };
  };
  return { called, scheduler: new Systemd(run, { scope: 'system', units, stamps: dir, now: () => 0 }) };
}

const install = async (failing?: number, more = {}) => {
  const { called, scheduler } = systemctl(failing);
  const files = await scheduler.files(made(more));
  return { called, scheduler, done: scheduler.install(made(more), files) };
};

describe('a schedule by systemd', () => {
  it('is made, made known, enabled and started, and its old stamp is forgotten', async () => {
    writeFileSync(join(dir, 'stamp-unwedge-schedule-nightly.timer'), '');
    const { called, done } = await install();
    await done;
    expect(called).toEqual([
      'daemon-reload',
      'enable unwedge-schedule-nightly.timer',
      'restart unwedge-schedule-nightly.timer',
    ]);
    expect(Object.keys(tree())).toEqual(['unwedge-schedule-nightly.service', 'unwedge-schedule-nightly.timer']);
    expect(readdirSync(dir).sort()).toEqual(['state', 'units']);
  });

  it.each([1, 2, 3])('leaves nothing where command %i fails', async (failing) => {
    const { called, done } = await install(failing);
    await expect(done).rejects.toThrow('Failed: no');
    expect(tree()).toEqual({});
    expect(called).toContain('disable unwedge-schedule-nightly.timer');
    expect(called.at(-1)).toBe('daemon-reload');
  });

  it.each([1, 2, 3])('is as it was where command %i of its replacement fails', async (failing) => {
    await (await install()).done;
    const before = tree();
    const { called, done } = await install(failing, { mode: 'apply', times: ['*-*-* 04:00:00'] });
    await expect(done).rejects.toThrow('Failed: no');
    expect(tree()).toEqual(before);
    expect(called.slice(-2)).toEqual(['daemon-reload', 'restart unwedge-schedule-nightly.timer']);
  });

  it('is removed with all that it had; what others made stays and is named', async () => {
    await (await install()).done;
    mkdirSync(join(units, 'unwedge-schedule-nightly.service.d'));
    const { called, scheduler } = systemctl();
    expect(await scheduler.remove('nightly')).toEqual([
      `removed ${units}/unwedge-schedule-nightly.service`,
      `removed ${units}/unwedge-schedule-nightly.timer`,
      `left ${units}/unwedge-schedule-nightly.service.d: it was not made by unwedge`,
    ]);
    expect(called.slice(0, 2)).toEqual([
      'stop unwedge-schedule-nightly.timer',
      'disable unwedge-schedule-nightly.timer',
    ]);
    expect(readdirSync(units)).toEqual(['unwedge-schedule-nightly.service.d']);
    await expect(scheduler.remove('nightly')).rejects.toThrow("there is no schedule 'nightly' here");
  });

  it('is removed also where systemd can do nothing with it, but not while it runs', async () => {
    const answers =
      (state: string): RunLocal =>
      async ([, verb]) => ({
        code: verb === 'stop' || verb === 'disable' ? 1 : 0,
        stdout: verb === 'show' ? `ActiveState=${state}\n` : '',
        stderr: 'bad unit file setting',
      });
    for (const [state, end] of [
      ['inactive', expect.arrayContaining([expect.stringMatching(/^removed /)])],
      ['active', expect.objectContaining({ message: expect.stringContaining('does not stop') })],
    ] as const) {
      await (await install()).done;
      const scheduler = new Systemd(answers(state), { scope: 'system', units, stamps: dir, now: () => 0 });
      expect(await scheduler.remove('nightly').catch((error: unknown) => error)).toEqual(end);
      expect(tree()).toEqual({});
    }
  });

  it('is not removed where somebody else made a file of it', async () => {
    writeFileSync(join(units, 'unwedge-schedule-mine.service'), '[Service]\n');
    await expect(systemctl().scheduler.remove('mine')).rejects.toThrow('was not made by');
    expect(readdirSync(units)).toEqual(['unwedge-schedule-mine.service']);
  });

  it('is listed with what is wrong with it', async () => {
    await (await install()).done;
    rmSync(join(units, 'unwedge-schedule-nightly.timer'));
    const [found] = await systemctl().scheduler.list();
    expect(found).toMatchObject({ name: 'nightly', next: undefined, last: undefined });
    expect(found?.broken).toEqual(
      expect.arrayContaining([
        'it has no timer',
        'there is no /opt/unwedge/main.cjs',
        'there is no /srv/inventory.yaml',
      ]),
    );
    expect(found?.broken).not.toContain('there is no a,b,');
  });

  it('names what systemd has against it, and changes nothing', async () => {
    const run: RunLocal = async ([program]) =>
      program === 'systemctl'
        ? { code: 0, stdout: 'systemd 252\n', stderr: '' }
        : {
            code: 0,
            stdout: '',
            stderr: "/x/unwedge-schedule-nightly.service:3: Unknown key 'A', ignoring.\nother.service: old\n",
          };
    const scheduler = new Systemd(run, { scope: 'system', units, stamps: dir, now: () => 0 });
    const files = await scheduler.files(made());
    await expect(scheduler.verify(files)).rejects.toThrow("Unknown key 'A'");
    await expect(scheduler.verify(files)).rejects.not.toThrow('other.service');
    expect(tree()).toEqual({});
  });

  it('can not be made where unit files can not be written', async () => {
    writeFileSync(join(dir, 'file'), '');
    const scheduler = new Systemd(async () => ({ code: 0, stdout: 'systemd 252\n', stderr: '' }), {
      ...{ scope: 'system', units: join(dir, 'file', 'units'), stamps: dir, now: () => 0 },
    });
    await expect(scheduler.install(made(), await scheduler.files(made()))).rejects.toThrow(
      /^the directory .*units can't be made: ENOTDIR/,
    );
  });
});

describe('what systemd-analyze calendar tells', () => {
  it('is merged over several expressions by the moment, not by the text', () => {
    const output = [
      '    Next elapse: Sun 2026-10-25 02:30:00 CEST',
      '       (in UTC): Sun 2026-10-25 00:30:00 UTC',
      '       From now: 1h left',
      '       Iter. #2: Sun 2026-10-25 02:45:00 CET',
      '       (in UTC): Sun 2026-10-25 01:45:00 UTC',
      '    Next elapse: Sun 2026-10-25 02:15:00 CET',
      '       (in UTC): Sun 2026-10-25 01:15:00 UTC',
    ].join('\n');
    expect(timesTold(output, 5)).toEqual([
      'Sun 2026-10-25 02:30:00 CEST',
      'Sun 2026-10-25 02:15:00 CET',
      'Sun 2026-10-25 02:45:00 CET',
    ]);
  });

  it('is refused where it never comes', () => {
    expect(() => timesTold('Normalized form: *-02-30 00:00:00\n    Next elapse: never\n', 5)).toThrow('never comes');
  });
});
