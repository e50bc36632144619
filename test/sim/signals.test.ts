import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pathOf } from '../scripts/programs.ts';
import { type Call, Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, type SimHost, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, signals: skipped, ${reason}`);

/** Each step leaves a line in /log; `two` waits in the middle until /go is there. */
const PLAY = `- hosts: all
  steps:
    - name: one
      command: { check: test -e /one, run: "touch /one; echo one >>/log", undo: rm /one }
    - name: two
      command:
        check: test -e /two
        run: "touch /begun; until [ -e /go ]; do sleep 0.05; done; touch /two; echo two >>/log"
        undo: rm -f /two
    - name: three
      command: { run: echo three >>/log }
`;

describe.skipIf(reason)('a controller that is told to stop', { timeout: 120_000 }, () => {
  let fleet: Fleet;
  let host: SimHost;
  let controller: Controller;
  beforeAll(async () => {
    fleet = await bootFleet([{ name: 'h1', personality: personality('debian-20.10-overlay2') }]);
    host = fleet.host('h1');
  });
  afterAll(() => fleet?.close());
  beforeEach(() => {
    controller = new Controller(fleet.inventory);
    controller.write('play.yaml', PLAY);
  });
  afterEach(async () => {
    controller?.remove();
    await host?.exec('rm -f /one /two /log /begun /go');
  });

  const log = () => host.tell('cat /log');
  const show = async (run: string) => (await controller.tell('runs', 'show', run)).stdout;
  const inFlight = () => host.tell('until [ -e /begun ]; do sleep 0.05; done');

  async function begun(): Promise<Call> {
    const call = controller.run('play.yaml');
    await call.until((event) => event.type === 'change.applying' && event.step === 'two');
    await inFlight();
    return call;
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: the step in flight is finished, nothing else begun',
    async (signal) => {
      const call = await begun();
      call.kill(signal);
      await call.until((event) => event.type === 'run.interrupted');
      await host.tell('touch /go');
      expect(await call.ended).toBe(130);
      expect(call.statuses).toEqual({ h1: 'interrupted' });
      expect(await log()).toBe('one\ntwo');
      expect(await show(call.run)).toMatch(/^ {2}applied +run: touch \/begun/m);
      expect(await controller.call('resume', call.run, '--output', 'json').ended).toBe(0);
      expect(await log()).toBe('one\ntwo\nthree');
    },
  );

  it('Ctrl-C twice: the step in flight is ended on the host, too, and is in doubt until a rollback has looked', async () => {
    const call = await begun();
    call.kill('SIGINT');
    await call.until((event) => event.type === 'run.interrupted');
    call.kill('SIGINT');
    expect(await call.ended).toBe(130);
    await host.tell('touch /go');
    expect(await host.tell('cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -c "[u]ntil" || true')).toBe('0');
    expect(await log()).toBe('one');
    expect(await show(call.run)).toMatch(/^ {2}in-doubt /m);
    expect(await controller.call('rollback', call.run, '--output', 'json').ended).toBe(0);
    expect(await host.tell('ls /one /two 2>/dev/null || true')).toBe('');
  });

  it.skipIf(!pathOf('script'))(
    'a terminal that is closed: as SIGHUP, though nothing can be printed any more',
    async () => {
      const command = controller.below(
        ['script', '-qec'],
        'run',
        'play.yaml',
        '-i',
        fleet.inventory,
        '--output',
        'tree',
      );
      await inFlight();
      command.kill('SIGKILL');
      await command.ended;
      const [run = ''] = readdirSync(join(controller.stateDir, 'runs'));
      const journal = () => readFileSync(join(controller.stateDir, 'runs', run, 'journal.jsonl'), 'utf8');
      await expect.poll(journal, { timeout: 20_000 }).toContain('"signal":"SIGHUP"');
      await host.tell('touch /go');
      await expect.poll(() => show(run), { timeout: 20_000 }).toContain('1 interrupted');
      expect(await log()).toBe('one\ntwo');
      await expect.poll(() => show(run), { timeout: 20_000 }).toContain(`go on with it: unwedge resume ${run}`);
    },
  );

  it('a laptop that is suspended goes on when it wakes up', async () => {
    const call = await begun();
    call.kill('SIGSTOP');
    await host.tell('touch /go; until [ -e /two ]; do sleep 0.05; done; sleep 1');
    call.kill('SIGCONT');
    expect(await call.ended).toBe(0);
    expect(await log()).toBe('one\ntwo\nthree');
    expect(await show(call.run)).toContain('through on all of its hosts');
  });

  it('one that sleeps beyond a deadline does not take what was done in time for what was not', async () => {
    controller.write('play.yaml', PLAY.replace('    - name: two\n', '    - name: two\n      timeout: 3s\n'));
    const call = await begun();
    call.kill('SIGSTOP');
    await host.tell('touch /go; until [ -e /two ]; do sleep 0.05; done; sleep 4');
    call.kill('SIGCONT');
    expect(await call.ended).toBe(0);
    expect(await log()).toBe('one\ntwo\nthree');
  });

  it('output that goes to a full disk ends no run; the exit code tells that it is lost', async () => {
    await host.tell('touch /go');
    const full = ['sh', '-c', 'exec "$0" "$@" >/dev/full'];
    const call = controller.callBelow(full, 'run', 'play.yaml', '-i', fleet.inventory);
    expect(await call.ended).toBe(2);
    expect(call.stderr).toBe(
      'error: output is lost: ENOSPC: no space left on device, write; of a run, the journal has it all\n',
    );
    expect(await log()).toBe('one\ntwo\nthree');
    const lint = controller.callBelow(full, 'lint', 'play.yaml');
    expect(await lint.ended).toBe(2);
    expect(lint.stderr).toMatch(/^error: output is lost: ENOSPC/);
  });
});
