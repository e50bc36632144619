import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { at } from '../level.ts';
import { runScript, temporaryPath } from '../scripts/programs.ts';
import { type Runner, underEachShell } from '../scripts/shells.ts';

const deadman = fileURLToPath(new URL('../../src/hostlog/deadman.sh', import.meta.url));
/** How often two race. */
const ROUNDS = at({ check: 10, test: 25, full: 200 });
const up = Number(readFileSync('/proc/uptime', 'utf8').split('.')[0]);

/** A run's journal with a switch that fires so many seconds from now, and an undo that only notes that it was run. */
function armed(seconds: number): string {
  const journal = temporaryPath('journal');
  mkdirSync(journal);
  copyFileSync(deadman, `${journal}/deadman.sh`);
  writeFileSync(`${journal}/undo.sh`, 'cd "$(dirname "$0")" && echo undone >>undone\n');
  writeFileSync(`${journal}/armed-${up + seconds}`, '120\n');
  return journal;
}

const state = (journal: string) => readdirSync(journal).filter((name) => /^(armed|fired|confirmed)/.test(name));
const run = (runner: Runner, journal: string, ...words: readonly string[]) =>
  runScript(runner, `${journal}/deadman.sh`, words);

describe('deadman.sh', () => {
  underEachShell((runner) => {
    it('confirms what is armed, once', () => {
      const journal = armed(100);
      expect([run(runner, journal, 'confirm').code, state(journal)]).toEqual([0, ['confirmed']]);
      expect([run(runner, journal, 'confirm').code, run(runner, journal, 'push', '9').code]).toEqual([3, 3]);
      expect([run(runner, journal, 'watch').code, existsSync(`${journal}/undone`)]).toEqual([0, false]);
      expect(readFileSync(`${journal}/log`, 'utf8')).toMatch(/^\S+Z\tconfirmed\n$/);
    });

    it('fires when its time is over, and has the run taken back', () => {
      const journal = armed(0);
      expect([run(runner, journal, 'watch').code, state(journal)]).toEqual([0, ['fired']]);
      expect(readFileSync(`${journal}/undone`, 'utf8')).toBe('undone\n');
      expect([run(runner, journal, 'confirm').code, run(runner, journal, 'push', '9').code]).toEqual([3, 3]);
    });

    it('goes on taking back after a reboot in the middle of it; what is confirmed stays', () => {
      const fired = armed(0);
      expect([run(runner, fired, 'fire').code, existsSync(`${fired}/undone`)]).toEqual([0, false]);
      run(runner, fired, 'boot');
      expect(readFileSync(`${fired}/undone`, 'utf8')).toBe('undone\n');
      const confirmed = armed(0);
      run(runner, confirmed, 'confirm');
      expect([run(runner, confirmed, 'boot').code, existsSync(`${confirmed}/undone`)]).toEqual([3, false]);
    });

    it('gives more time to what is armed', () => {
      const journal = armed(-50);
      expect(run(runner, journal, 'push', '500').code).toBe(0);
      expect(Number(state(journal)[0]?.slice('armed-'.length))).toBeGreaterThanOrEqual(up + 500);
    });

    it('lets exactly one of two win', () => {
      const outcomes = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const journal = armed(0);
        const [first, second] = round % 2 === 0 ? ['watch', 'confirm'] : ['confirm', 'watch'];
        const shell = runner.shell.join(' ');
        const race = `${shell} "$0" ${first} & pid=$!; ${shell} "$0" ${second}; b=$?; wait $pid; echo $? $b`;
        const { stdout } = spawnSync('sh', ['-c', race, `${journal}/deadman.sh`], { encoding: 'utf8' });
        const codes = stdout.trim().split(' ').map(Number);
        const confirm = first === 'confirm' ? codes[0] : codes[1];
        const undone = existsSync(`${journal}/undone`) ? readFileSync(`${journal}/undone`, 'utf8') : '';
        const outcome = JSON.stringify([state(journal), confirm, undone]);
        expect(['[["fired"],3,"undone\\n"]', '[["confirmed"],0,""]']).toContain(outcome);
        outcomes.add(outcome);
      }
      expect(outcomes.size).toBeGreaterThan(0);
    });

    it('never fires what was given more time at that moment', () => {
      for (let round = 0; round < ROUNDS; round++) {
        const journal = armed(0);
        const shell = runner.shell.join(' ');
        // The watcher goes on to wait for the new time where it lost: one look is enough to see who won.
        const race = `${shell} "$0" watch >/dev/null 2>&1 & pid=$!; ${shell} "$0" push 500; echo $?; kill "$pid" 2>/dev/null; wait`;
        const { stdout } = spawnSync('sh', ['-c', race, `${journal}/deadman.sh`], { encoding: 'utf8' });
        const won = stdout.trim() === '0';
        expect(state(journal).map((name) => name.split('-')[0])).toEqual([won ? 'armed' : 'fired']);
      }
    });
  });
});
