import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { type Call, Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, journal faults: skipped, ${reason}`);

const STEPS = Array.from({ length: 12 }, (_, i) => `/step-${i}`);
const PLAY = `- hosts: all
  steps:
${STEPS.map((path) => `    - command: { check: test -e ${path}, run: touch ${path}, undo: rm ${path} }\n`).join('')}`;

/** A state directory of its own, on a file system of a few pages, as the shell text \`after\` leaves it. */
const mounted = (directory: string, size: string, after = ':') => [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
  `mkdir -p "${directory}" && mount -t tmpfs -o mode=0700,size=${size} tmpfs "${directory}" && { ${after}; } && exec "$0" "$@"`,
];

describe.skipIf(reason)('a journal that can not be kept', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    const names = ['h1', 'h2'];
    fleet = await bootFleet(names.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
  });
  afterAll(() => fleet?.close());
  beforeEach(() => {
    controller = new Controller(fleet.inventory);
    controller.write('play.yaml', PLAY);
  });
  afterEach(async () => {
    controller?.remove();
    for (const host of fleet?.hosts ?? []) await host.exec('rm -f /step-*');
  });

  const call = (before: readonly string[], ...more: readonly string[]): Call =>
    controller.callBelow(before, 'run', 'play.yaml', '-i', fleet.inventory, '--output', 'json', ...more);
  const made = async (host: string) =>
    (await fleet.host(host).exec('cd /; ls -d step-* 2>/dev/null')).stdout.split('\n').filter(Boolean);

  it.each([
    [
      'a full disk',
      (c: Controller) => mounted(c.stateDir, '64k', `head -c 64k /dev/zero >"${c.stateDir}/full" 2>/dev/null; :`),
    ],
    ['a read-only file system', (c: Controller) => mounted(c.stateDir, '64k', `mount -o remount,ro "${c.stateDir}"`)],
    ['a limit on files of 0', () => ['sh', '-c', 'ulimit -f 0; exec "$0" "$@"']],
    ['a file in the place of the directory', (c: Controller) => ['sh', '-c', `: >"${c.stateDir}"; exec "$0" "$@"`]],
  ])('from the beginning (%s): refused before any host is touched', async (_, before) => {
    const run = call(before(controller));
    expect(await run.ended).toBe(1);
    expect(run.stderr).toMatch(/^error: (no (journal|lock) can be kept in|the journal .* can't be written)/);
    expect(run.stderr).toContain('--state-dir');
    expect(run.events).toEqual([]);
    for (const name of ['h1', 'h2']) expect(await made(name)).toEqual([]);
  });

  it('on the way: no host is touched of which the journal does not tell, and the run says so', async () => {
    // Blocks of 512 or 1024 bytes: enough for the beginning and some changes.
    const run = call(['sh', '-c', 'ulimit -f 16; exec "$0" "$@"']);
    expect(await run.ended).toBe(2);
    expect(run.stderr).toMatch(/^error: the journal is not whole: /);
    for (const { outcome } of run.ofType('host.finished')) {
      expect(outcome.status).toBe('failed');
      expect(outcome.reason?.message).toMatch(
        /^stopped before the host was touched: the journal .* can't be written: EFBIG/,
      );
    }
    const journal = readFileSync(join(controller.stateDir, 'runs', run.run, 'journal.jsonl'), 'utf8');
    const told = journal.split('\n').flatMap((line): RunEvent[] => (line.endsWith('}') ? [JSON.parse(line)] : []));
    for (const name of ['h1', 'h2']) {
      const applying = told.filter((event) => event.type === 'change.applying' && event.host === name);
      const files = await made(name);
      expect(files.length).toBeGreaterThan(0);
      expect(files.length).toBeLessThan(STEPS.length);
      expect(files.length).toBe(applying.length);
    }
    // With room again it goes on: its last line, if torn, is no hindrance.
    expect((await controller.tell('runs')).stdout).toMatch(new RegExp(`^${run.run}  run  interrupted`));
    expect(await controller.call('resume', run.run, '--output', 'json').ended).toBe(0);
    for (const name of ['h1', 'h2']) expect(await made(name)).toHaveLength(STEPS.length);
  });

  it('is kept by two controllers in one state directory, each its own, and listed meanwhile', async () => {
    controller.write('other.yaml', PLAY);
    const runs = ['play.yaml', 'other.yaml'].map((playbook, i) => controller.run(playbook, '-l', `h${i + 1}`));
    for (const run of runs) await run.until((event) => event.type === 'run.started');
    for (let i = 0; i < 3; i++) {
      const { code, stdout, stderr } = await controller.tell('runs');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.trimEnd().split('\n')).toHaveLength(2);
      expect(stdout).not.toContain('damaged');
    }
    expect(await Promise.all(runs.map((run) => run.ended))).toEqual([0, 0]);
    expect(
      (await controller.tell('runs')).stdout.match(/ {2}run {2}finished {2}1 changed {2}12 changes/g),
    ).toHaveLength(2);
  });

  it('of a run that died before its beginning is listed as that, and hides no other', async () => {
    const run = controller.run('play.yaml', '-l', 'h1');
    await run.ended;
    const died = '20261122T051443Z-dead';
    await controller.callBelow(['sh', '-c', `mkdir -p "${join(controller.stateDir, 'runs', died)}"; exec true`]).ended;
    expect(existsSync(join(controller.stateDir, 'runs', died))).toBe(true);
    const { stdout, code } = await controller.tell('runs');
    expect(code).toBe(0);
    expect(stdout).toContain(`${run.run}  run  finished`);
    expect(stdout).toMatch(new RegExp(`^${died}  died before its beginning: no host was touched$`, 'm'));
  });
});
