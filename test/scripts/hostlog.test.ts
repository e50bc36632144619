import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calls, programs, type Result, runScript, temporaryPath } from './programs.ts';
import { type Runner, underEachShell } from './shells.ts';

const RUN = '20261122T051443Z-k3f9';
const text = (name: string): string =>
  readFileSync(new URL(`../../src/hostlog/${name}`, import.meta.url), 'utf8').trimEnd();
const beside = ['undo.sh', 'plan.sh', 'arm.sh', 'deadman.sh', 'prune.sh'].flatMap((name) => [name, text(name)]);

const { UNWEDGE_HOST_DIR: before } = process.env;
let root = '';
beforeEach(() => {
  root = temporaryPath('host');
  process.env.UNWEDGE_HOST_DIR = root;
});
afterEach(() => {
  process.env.UNWEDGE_HOST_DIR = before;
  delete process.env.UNWEDGE_INNER;
});

const journal = () => `${root}/runs/${RUN}`;
const begin = (runner: Runner, run = RUN) =>
  runScript(runner, 'hostlog/apply-begin.sh', [run, 'web-1', '{"type":"run.started"}', ...beside]);

/** Appends a word to a file by way of around-change.sh; the undo takes its last line away. */
function change(
  runner: Runner,
  seq: number,
  inner: string,
  undo = `sed -i '$d' ${root}/file`,
  path: readonly string[] = [],
  kind: 'reverse' | 'repeat' = 'reverse',
): Result {
  process.env.UNWEDGE_INNER = inner;
  const head = ['#!/bin/sh', '# what it is', `#:kind\t${kind}`, '#:seconds\t30', `#:resource\t"file ${seq}"`];
  const words = [RUN, 'web-1', String(seq), '30', '0', [...head, '#:event\t{"x":"a\\tb"}', undo].join('\n')];
  return runScript(runner, 'hostlog/around-change.sh', [...words, `${root}/file`, 'two  words'], { path });
}
const probe = (runner: Runner, seq: number) =>
  runScript(runner, 'hostlog/probe.sh', [RUN, 'web-1', String(seq)]).stdout.trim();
const file = () => readFileSync(`${root}/file`, 'utf8');

describe('src/hostlog', () => {
  underEachShell((runner) => {
    it('writes down, makes and takes back', () => {
      expect(begin(runner)).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(change(runner, 0, 'echo "$2" >>"$1"; echo said')).toEqual({ code: 0, stdout: 'said\n', stderr: '' });
      expect(change(runner, 1, 'echo more >>"$1"; exit 3').code).toBe(3);
      expect(change(runner, 2, 'echo last >>"$1"').code).toBe(0);
      expect([0, 1, 2, 3].map((seq) => probe(runner, seq))).toEqual(['ended\t0', 'ended\t3', 'ended\t0', 'none']);
      expect(file()).toBe('two  words\nmore\nlast\n');
      expect(runScript(runner, `${journal()}/undo.sh`, [])).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(file()).toBe('two  words\n');
      expect([0, 1, 2].map((seq) => probe(runner, seq))).toEqual(['undone', 'ended\t3', 'undone']);
      const told = runScript(runner, 'hostlog/probe-runs.sh', [RUN.slice(0, 8)]).stdout.split('\n');
      expect(told[0]).toMatch(new RegExp(`^user\\t[^\\t]+\\t${root}$`));
      expect(told[1]).toBe(`run\t${RUN}\tweb-1\tunarmed\t{"type":"run.started"}`);
      expect(told[2]).toBe('change\t0\t{"x":"a\\tb"}');
      expect(told.at(-2)).toMatch(/^log\t\S+Z\ttaken-back$/);
    });

    it.each([
      ["coreutils 8.24 and later's", 'sync (GNU coreutils) 9.1', 'Usage: sync [OPTION] [FILE]...', 1],
      ["coreutils 8.22's, which would sync every disk", 'sync (GNU coreutils) 8.22', 'Usage: sync [OPTION]', 0],
      ["uutils', which would, too", 'sync (uutils coreutils) 0.0.30', 'Usage: sync [OPTION]... FILE...', 0],
    ])('syncs its own directory and nothing else: with %s', (_, version, help, times) => {
      begin(runner);
      const sync = programs({ sync: `case $1 in --version) echo '${version}' ;; --help) echo '${help}' ;; esac` });
      // busybox's timeout would take its own sync.
      const timeout = programs({ timeout: 'shift; exec "$@"' });
      expect(change(runner, 0, 'echo x >>"$1"', undefined, [sync, timeout])).toMatchObject({ code: 0, stderr: '' });
      const did = calls(sync).filter((call) => !call.startsWith('sync --'));
      expect(did).toEqual(Array.from({ length: times }, () => `sync ${journal()}`));
    });

    it('is not begun while another run is being taken back', () => {
      begin(runner);
      writeFileSync(`${journal()}/lock`, '');
      // flock(1) holds it as long as the script runs.
      const wrapper = ['flock', `${journal()}/lock`];
      const words = ['later', 'web-1', '{}', ...beside];
      expect(runScript(runner, 'hostlog/apply-begin.sh', words, { wrapper })).toEqual({
        ...{ code: 119, stdout: '', stderr: `run ${RUN} is being taken back on this host: nothing was changed\n` },
      });
      expect(existsSync(`${root}/runs/later/run.json`)).toBe(false);
      expect(begin(runner, 'later').code).toBe(0);
    });

    it('tells what could not be taken back, and tries again when it is called again', () => {
      begin(runner);
      change(runner, 0, 'echo x >>"$1"', `[ -e ${root}/go ] || { echo "somebody	has changed it" >&2; exit 9; }`);
      expect(runScript(runner, `${journal()}/undo.sh`, [])).toMatchObject({
        code: 1,
        stderr: 'what it is: undo-failed:\n  somebody has changed it\n',
      });
      writeFileSync(`${root}/go`, '');
      expect(runScript(runner, `${journal()}/undo.sh`, []).code).toBe(0);
    });

    it('activates again what a later call has restored, and only that', () => {
      begin(runner);
      change(runner, 0, 'true', `[ -e ${root}/go ] || exit 9`);
      change(runner, 1, 'true', 'true');
      change(runner, 2, 'true', `echo activated >>${root}/file`, [], 'repeat');
      const undo = () => {
        const { code, stderr } = runScript(runner, `${journal()}/undo.sh`, []);
        const activated = readFileSync(`${root}/file`, 'utf8').split('\n').length - 1;
        return { code, activated, said: stderr.split('\n').filter((line) => line.startsWith('  ')) };
      };
      const failed = '  it failed';
      expect(undo()).toEqual({
        ...{ code: 1, activated: 1 },
        said: [failed, '  done again for what is back; it is due once more when the rest is'],
      });
      expect(undo()).toEqual({
        ...{ code: 1, activated: 1 },
        said: [failed, '  not done again: nothing that it would activate was restored'],
      });
      writeFileSync(`${root}/go`, '');
      expect(undo()).toEqual({ code: 0, activated: 2, said: [] });
      expect(undo()).toEqual({ code: 0, activated: 2, said: [] });
    });

    it('knows of an activation that a controller had done again, that it is due once more', () => {
      begin(runner);
      change(runner, 0, 'true', 'true');
      change(runner, 1, 'true', `echo activated >>${root}/file`, [], 'repeat');
      process.env.UNWEDGE_INNER = 'true';
      const words = [RUN, 'web-1', '1', '1', '30', 'own'];
      expect(runScript(runner, 'hostlog/around-undo.sh', words).code).toBe(0);
      expect(readFileSync(`${journal()}/log`, 'utf8')).toMatch(/\tundone\t1\n\S+\tundo-failed\t1\tdone again .*\n$/);
      expect(runScript(runner, `${journal()}/undo.sh`, []).code).toBe(0);
      expect(file()).toBe('activated\n');
    });

    // Debian's busybox takes its own awk, whatever PATH says; the next test has plan.sh itself fail there.
    it.skipIf(runner.shell[0] === 'busybox')(
      'says that nothing was taken back where it can not even tell what is left',
      () => {
        begin(runner);
        change(runner, 0, 'echo x >>"$1"');
        change(runner, 1, 'echo y >>"$1"');
        // Without any word of its own, as one that was killed for want of memory.
        const path = [programs({ awk: 'exit 1', mawk: 'exit 1' })];
        writeFileSync(`${journal()}/deadman.sh`, `echo "$1" >>${root}/deadman\n`);
        expect(runScript(runner, `${journal()}/undo.sh`, [], { path })).toMatchObject({
          code: 1,
          stderr: expect.stringContaining(`${journal()}: what is left of the run is not known`),
        });
        expect(file()).toBe('x\ny\n');
        expect(readFileSync(`${journal()}/log`, 'utf8')).toMatch(/\ttaken-back\tnot whole\n$/);
        // What undoes the rest after a reboot is not forgotten.
        expect(readFileSync(`${root}/deadman`, 'utf8')).toBe('fire\n');
        expect(runScript(runner, 'hostlog/probe.sh', [RUN, 'web-1', '0'], { path }).code).toBe(1);
        expect(runScript(runner, `${journal()}/undo.sh`, []).code).toBe(0);
        expect(existsSync(`${root}/file`) && file()).toBe('');
      },
    );

    it.each(['restore', 'activate', 'left'])('ends with 1 where plan.sh fails at: %s', (what) => {
      begin(runner);
      change(runner, 0, 'echo x >>"$1"');
      const plan = text('plan.sh');
      writeFileSync(`${journal()}/plan.sh`, `[ "$1" != ${what} ] || exit 137\n${plan}\n`);
      expect(runScript(runner, `${journal()}/undo.sh`, []).code).toBe(1);
      expect(readFileSync(`${journal()}/log`, 'utf8')).toMatch(/\ttaken-back\tnot whole\n$/);
    });

    it('takes nothing back twice for a controller, whatever programs the host lacks', () => {
      begin(runner);
      change(runner, 0, 'echo x >>"$1"');
      process.env.UNWEDGE_INNER = `echo undone >>${root}/undos`;
      const back = (seqs: string) =>
        runScript(runner, 'hostlog/around-undo.sh', [RUN, 'web-1', seqs, '', '30', 'own'], {
          path: [programs({ awk: 'exit 1', mawk: 'exit 1' })],
        }).code;
      expect([back('0'), back('0'), back('0 1')]).toEqual([0, 0, 0]);
      expect(readFileSync(`${root}/undos`, 'utf8')).toBe('undone\nundone\n');
    });

    it('does not run a change that it can not write down', () => {
      expect(change(runner, 0, 'echo x >>"$1"').code).toBe(118);
      begin(runner);
      mkdirSync(`${journal()}/0.sh`);
      expect(change(runner, 0, 'echo x >>"$1"')).toMatchObject({
        code: 119,
        stderr: expect.stringMatching(/can't be written \(Is a directory\), so nothing was changed\n$/),
      });
      writeFileSync(`${journal()}/fired`, '');
      expect(change(runner, 1, 'echo x >>"$1"')).toMatchObject({
        code: 119,
        stderr: 'the host has taken the run back itself, so nothing was changed\n',
      });
      expect(existsSync(`${root}/file`)).toBe(false);
    });

    it('takes old journals away, but none in which a change is in doubt or which waits to be confirmed', () => {
      const old = (name: string, days: number, log: string, files: readonly string[] = ['0.sh']) => {
        mkdirSync(`${root}/runs/${name}`, { recursive: true });
        for (const one of files) writeFileSync(`${root}/runs/${name}/${one}`, '# x\n');
        if (log) writeFileSync(`${root}/runs/${name}/log`, log);
        const then = Date.now() / 1000 - days * 86_400;
        utimesSync(`${root}/runs/${name}`, then, then);
      };
      old('20260101T000000Z-done', 40, 'at\tended\t0\t0\n');
      old('20260102T000000Z-back', 40, 'at\tended\t0\t1\nat\tundone\t0\n');
      old('20260103T000000Z-none', 40, '', []);
      old('20260104T000000Z-cuts', 40, 'at\tbegun\t0\t1\t2\tboot\n');
      old('20260105T000000Z-half', 40, 'at\tended\t0\t0\nat\tundo-failed\t0\twhy\n');
      old('20260106T000000Z-lost', 40, '');
      old('20260107T000000Z-youn', 20, 'at\tended\t0\t0\n');
      begin(runner);
      expect(readdirSync(`${root}/runs`).map((name) => name.slice(17))).toEqual([
        'cuts',
        'half',
        'lost',
        'youn',
        'k3f9',
      ]);
      old('20261122T000000Z-wait', 40, 'at\tended\t0\t0\n', ['0.sh', 'armed-9']);
      expect(runScript(runner, `${journal()}/prune.sh`, ['0', '0', '0']).code).toBe(0);
      expect(readdirSync(`${root}/runs`).map((name) => name.slice(17))).toEqual([
        'cuts',
        'half',
        'lost',
        'wait',
        'k3f9',
      ]);
    });
  });
});
