import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { type Call, Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, resume: skipped, ${reason}`);

const names = ['h1', 'h2', 'h3'];

/** Each step leaves a line in /log each time that it is done; `two` waits in the middle until /go is there. */
const play = (more = '') => `- hosts: all
  serial: 1
${more}  steps:
    - name: one
      command: { check: test -e /one, run: "touch /one; echo one >>/log", undo: rm /one }
      register: first
      notify: tell
    - name: two
      command:
        check: test -e /two
        run: "touch /begun; until [ -e /go ]; do sleep 0.05; done; touch /two; echo two >>/log"
        undo: rm /two
      when: first.changed
    - name: three
      command: { run: echo three >>/log }
  handlers:
    - name: tell
      command: { run: echo told >>/log }
`;

describe.skipIf(reason)('unwedge resume', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    fleet = await bootFleet(names.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
  });
  afterAll(() => fleet?.close());
  beforeEach(() => {
    controller = new Controller(fleet.inventory);
    controller.write('play.yaml', play());
  });
  afterEach(async () => {
    controller?.remove();
    for (const host of fleet?.hosts ?? []) await host.exec('rm -f /one /two /log /begun /go');
  });

  const resume = (run: string) => controller.call('resume', run, '--output', 'json');
  const logs = () => Promise.all(fleet.hosts.map(async (host) => (await host.exec('cat /log')).stdout));
  const isBegun = (host: string, step: string) => (event: RunEvent) =>
    event.type === 'change.applying' && event.host === host && event.step === step;

  /** The controller is dead while the job that it has begun on the second host is at work. */
  async function killedInFlight(): Promise<Call> {
    await fleet.host('h1').exec('touch /go');
    const call = controller.run('play.yaml');
    await call.until(isBegun('h2', 'two'));
    await fleet.host('h2').exec('until [ -e /begun ]; do sleep 0.05; done');
    call.kill();
    await call.ended;
    for (const host of fleet.hosts) await host.exec('touch /go');
    return call;
  }

  it('goes on after kill -9 with a change in flight; nothing is done twice, no handler is forgotten', async () => {
    const call = await killedInFlight();
    expect((await controller.tell('runs', 'show', call.run)).stdout).toContain(
      `go on with it: unwedge resume ${call.run}`,
    );
    const again = resume(call.run);
    expect(await again.ended).toBe(0);
    expect(again.statuses).toEqual({ h1: 'changed', h2: 'changed', h3: 'changed' });
    expect(await logs()).toEqual(names.map(() => 'one\ntwo\nthree\ntold\n'));
    // The first host was through: nothing was asked of it.
    expect(again.events.filter((event) => 'host' in event && event.host === 'h1')).toEqual([]);
    const { stdout } = await controller.tell('runs', 'show', call.run);
    expect(stdout).toContain(`run ${again.run} went on with it`);
    expect(stdout).toContain('through on all of its hosts');
    expect(await controller.tell('resume', call.run)).toMatchObject({
      ...{ code: 0, stdout: expect.stringMatching(/nothing to resume/) },
    });
  });

  it('and the whole of it is taken back, by the id of either part', async () => {
    const call = await killedInFlight();
    const again = resume(call.run);
    await again.ended;
    const back = controller.call('rollback', again.run, '--output', 'json');
    expect(await back.ended).toBe(0);
    expect(back.ofType('run.started')[0]?.of).toBe(call.run);
    for (const host of fleet.hosts) expect((await host.exec('ls /one /two')).stdout).toBe('');
    expect(await controller.tell('resume', call.run)).toMatchObject({
      ...{ code: 1, stderr: expect.stringMatching(/was taken back by run/) },
    });
  });

  it('refuses another playbook, another inventory, and a run that is at work', async () => {
    const call = await killedInFlight();
    const original = play();
    controller.write('play.yaml', `${original}# changed\n`);
    expect(await controller.tell('resume', call.run)).toMatchObject({
      ...{
        code: 1,
        stderr: expect.stringMatching(/^error: the playbook play\.yaml is not what it was when run .* began/),
      },
    });
    controller.write('play.yaml', original);
    const inventory = readFileSync(fleet.inventory, 'utf8');
    writeFileSync(
      fleet.inventory,
      inventory.replace('"vars":{', '"vars":{"more":1,').replace('"vars": {', '"vars": {"more": 1,'),
    );
    expect(await controller.tell('resume', call.run)).toMatchObject({
      ...{
        code: 1,
        stderr: expect.stringMatching(/^error: the inventory .* does not say of the hosts what it said when run/),
      },
    });
    writeFileSync(fleet.inventory, inventory);
    expect(await logs()).toEqual([expect.any(String), 'one\n', '']);
    await fleet.host('h2').exec('rm -f /go /begun');
    const again = resume(call.run);
    await fleet.host('h2').exec('until [ -e /begun ]; do sleep 0.05; done');
    expect((await controller.tell('resume', call.run)).code).toBe(30);
    await fleet.host('h2').exec('touch /go');
    expect(await again.ended).toBe(0);
  });

  it('goes on with the next wave after a canary that waited for people', async () => {
    for (const host of fleet.hosts) await host.exec('touch /go');
    controller.write(
      'play.yaml',
      play('  rollout: { serial: [1, "100%"], confirm: canary }\n').replace('  serial: 1\n', ''),
    );
    const call = controller.run('play.yaml');
    expect(await call.ended).toBe(0);
    expect(call.statuses).toEqual({ h1: 'changed', h2: 'not-attempted', h3: 'not-attempted' });
    expect((await controller.tell('runs')).stdout).toMatch(/ run {2}paused /);
    const again = resume(call.run);
    expect(await again.ended).toBe(0);
    expect(again.statuses).toEqual({ h1: 'changed', h2: 'changed', h3: 'changed' });
    expect(again.ofType('step.started').filter(({ host }) => host === 'h1')).toEqual([]);
    expect(await logs()).toEqual(names.map(() => 'one\ntwo\nthree\ntold\n'));
  });

  it('reads a journal whose last line is torn, and tells of it', async () => {
    const call = await killedInFlight();
    const folder = join(controller.stateDir, 'runs', call.run);
    cpSync(join(folder, 'journal.jsonl'), join(folder, 'whole'));
    const text = readFileSync(join(folder, 'whole'), 'utf8').trimEnd();
    writeFileSync(join(folder, 'journal.jsonl'), text.slice(0, -20));
    expect((await controller.tell('runs', 'show', call.run)).stdout).toContain('ends in the middle of a line');
    expect((await controller.tell('runs')).stdout).toMatch(new RegExp(`^${call.run}  run  interrupted`));
    expect(await resume(call.run).ended).toBe(0);
    expect((await logs())[2]).toBe('one\ntwo\nthree\ntold\n');
  });
});
