import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cron } from '../../src/schedule/cron.ts';
import { type CronTable, cronDirectory, userCrontab } from '../../src/schedule/cron-table.ts';
import type { RunLocal } from '../../src/schedule/schedule.ts';
import { runLocal } from '../../src/transport/run-local.ts';
import { packageRoot } from '../architecture/project.ts';
import { HOSTILE, schedule } from './sample-schedule.ts';

const wrapper = `${packageRoot}src/schedule/cron.sh`;
const NOW = Date.parse('2026-11-22T12:00:00Z');

let dir: string;
let state: string;
let cronDir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unwedge-cron-'));
  [state, cronDir] = [join(dir, "st%te 'dir'"), join(dir, 'cron.d')];
  mkdirSync(cronDir);
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A program that tells its words, a line each, and ends with a code. */
const telling = (code: number) => [
  process.execPath,
  '-e',
  `console.log(process.argv.slice(1).join('\\n')); process.exit(${code})`,
  '--',
];
const made = (more = {}) =>
  schedule({
    stateDir: state,
    cwd: dir,
    times: ['15 3 * * *'],
    program: telling(0),
    words: [HOSTILE, '100%'],
    ...more,
  });
const cronWith = (table: CronTable, run: RunLocal = runLocal) =>
  new Cron(run, { table, wrapper, home: dir, now: () => NOW });
const install = async (cron: Cron, of = made()) => cron.install(of, await cron.files(of));

describe('a schedule by cron', () => {
  it('is one file that cron reads, and runs exactly its words', async () => {
    const cron = cronWith(cronDirectory(cronDir));
    await install(cron);
    expect(readdirSync(cronDir)).toEqual(['unwedge-schedule-nightly']);
    const lines = readFileSync(join(cronDir, 'unwedge-schedule-nightly'), 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      'SHELL=/bin/sh',
      expect.stringMatching(/^15 3 \* \* \* root cd /),
    ]);
    expect(lines.at(-1)?.replaceAll('\\%', '')).not.toContain('%');
    expect(await cron.runNow('nightly')).toEqual({ code: 0, said: `${HOSTILE}\n100%\n` });
    expect(await cron.list()).toMatchObject([
      { name: 'nightly', next: 'Mon 2026-11-23 03:15:00 UTC', last: { code: 0 } },
    ]);
    expect(await cron.logs('nightly', 2)).toMatch(/^100%\n\S+Z ended 0\n$/);
  });

  it('tells what its last run came to, and what it lacks', async () => {
    const cron = cronWith(cronDirectory(cronDir));
    await install(cron, made({ program: telling(10) }));
    expect((await cron.list())[0]).toMatchObject({
      last: undefined,
      broken: [`there is no ${HOSTILE}`, 'there is no /srv/inventory.yaml'],
    });
    expect(await cron.runNow('nightly')).toMatchObject({ code: 10 });
    expect((await cron.list())[0]).toMatchObject({ last: { code: 10 } });
  });

  it('leaves nothing when it is removed, and touches nothing of others', async () => {
    const cron = cronWith(cronDirectory(cronDir));
    await install(cron);
    await cron.runNow('nightly');
    expect(await cron.remove('nightly')).toEqual([`removed ${cronDir}/unwedge-schedule-nightly`]);
    expect([readdirSync(cronDir), readdirSync(state)]).toEqual([[], []]);
    writeFileSync(join(cronDir, 'unwedge-schedule-mine'), '* * * * * root true\n');
    await expect(cron.remove('mine')).rejects.toThrow('was not made by');
    expect(readdirSync(cronDir)).toEqual(['unwedge-schedule-mine']);
  });

  it('is refused where cron would cut it off', async () => {
    const long = made({ words: [`/srv/${'x'.repeat(900)}`] });
    await expect(cronWith(cronDirectory(cronDir)).files(long)).rejects.toThrow(
      /its command has \d+ bytes; cron takes 998/,
    );
  });

  it('tells the next five times over all of its lines', async () => {
    const times = ['40 3 * * *', '5 4 * * *'];
    expect(await cronWith(cronDirectory(cronDir)).next(made({ times }))).toEqual([
      'Mon 2026-11-23 03:40:00 UTC',
      'Mon 2026-11-23 04:05:00 UTC',
      'Tue 2026-11-24 03:40:00 UTC',
      'Tue 2026-11-24 04:05:00 UTC',
      'Wed 2026-11-25 03:40:00 UTC',
    ]);
    await expect(cronWith(cronDirectory(cronDir)).next(made({ times: ['0 0 31 2 *'] }))).rejects.toThrow('never comes');
  });
});

/** crontab(1) with this table; undefined: the user has none. */
function crontab(table?: string) {
  const held = { table };
  const run: RunLocal = async ([program, word = '']) => {
    if (program !== 'crontab') throw new Error(`${program} is not crontab`);
    if (word === '-l')
      return held.table === undefined
        ? { code: 1, stdout: '', stderr: 'no crontab for ops\n' }
        : { code: 0, stdout: held.table, stderr: '' };
    held.table = word === '-r' ? undefined : readFileSync(word, 'utf8');
    return { code: 0, stdout: '', stderr: '' };
  };
  return { held, cron: cronWith(userCrontab(run), run) };
}

describe("a user's own schedule by cron", () => {
  const OWN = 'SHELL=/bin/fish\n# mine\n0 1 * * * backup --at 100\\%\n';

  it('stands above what the user has, names nobody, and goes without a trace', async () => {
    const { held, cron } = crontab(OWN);
    await install(cron);
    await install(cron, made({ name: 'other' }));
    expect(held.table?.endsWith(OWN)).toBe(true);
    expect(held.table).toMatch(/^15 3 \* \* \* cd /m);
    expect(held.table).not.toContain('SHELL=/bin/sh');
    expect(await cron.names()).toEqual(['other', 'nightly']);
    await install(cron, made({ times: ['16 3 * * *'] }));
    expect(held.table?.match(/^1[56] 3/gm)).toEqual(['15 3', '16 3']);
    await cron.remove('nightly');
    await cron.remove('other');
    expect(held.table).toBe(OWN);
  });

  it('is all that there is of a user without a crontab', async () => {
    const { held, cron } = crontab();
    await install(cron);
    expect(held.table).toContain('15 3 * * * cd');
    await cron.remove('nightly');
    expect(held.table).toBeUndefined();
  });

  it('a crontab that can not be read is not replaced', async () => {
    const run: RunLocal = async () => ({
      code: 1,
      stdout: '',
      stderr: 'you (ops) are not allowed to use this program\n',
    });
    await expect(install(cronWith(userCrontab(run), run))).rejects.toThrow('not allowed to use this program');
  });
});
