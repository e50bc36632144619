import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../level.ts';
import { type Call, Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, locks: skipped, ${reason}`);

/** Rounds of the race. */
const ROUNDS = at({ check: 2, test: 4, full: 100 });
const names = ['h1', 'h2', 'h3'];

/** The hosts notice whether two are inside at once: the second one finds the directory made. */
const RACE = `- hosts: all
  on_failure: continue
  steps:
    - name: inside
      command: { run: "mkdir /inside || echo overlap >>/overlaps; echo in >>/served; sleep 0.1; rmdir /inside" }
`;
const SLEEP = `- hosts: all
  on_failure: continue
  steps:
    - name: long
      command: { check: test -e /done, run: "echo $$ >/at-work; tail -f /dev/null" }
      timeout: 10m
`;
/** The agent is the leader of its job's session. */
const KILL_AGENT = "read -r job </at-work; kill -KILL $(sed 's/.*) //' /proc/$job/stat | cut -d ' ' -f 4)";
const SHORT = `- hosts: all
  on_failure: continue
  steps:
    - name: short
      command: { check: test -e /short, run: touch /short, undo: rm /short }
`;

describe.skipIf(reason)('two controllers and the same hosts', { timeout: 600_000 }, () => {
  let fleet: Fleet;
  let first: Controller;
  let second: Controller;
  beforeAll(async () => {
    fleet = await bootFleet(names.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
    [first, second] = [new Controller(fleet.inventory), new Controller(fleet.inventory)];
    for (const controller of [first, second]) {
      for (const [name, text] of Object.entries({ 'race.yaml': RACE, 'sleep.yaml': SLEEP, 'short.yaml': SHORT }))
        controller.write(name, text);
    }
  });
  afterAll(async () => {
    for (const controller of [first, second]) controller?.remove();
    await fleet?.close();
  });

  /** Resolves once the long step is at work on all hosts. */
  async function atWork(): Promise<Call> {
    const call = first.run('sleep.yaml');
    for (const name of names) await call.until((e) => e.type === 'change.applying' && e.host === name);
    for (const { exec } of fleet.hosts.map((host) => ({ exec: host.exec.bind(host) })))
      await exec('until [ -s /at-work ]; do sleep 0.05; done');
    return call;
  }

  async function killed(call: Call): Promise<void> {
    call.kill();
    await call.ended;
    for (const host of fleet.hosts) await host.exec('rm -f /at-work');
  }

  it(`race for ${ROUNDS} rounds: never both inside, and each host is served in each round`, async () => {
    let changed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const calls = [first.run('race.yaml'), second.run('race.yaml')];
      const codes = await Promise.all(calls.map((call) => call.ended));
      const served = calls.map(({ statuses }) => statuses);
      for (const name of names) expect(served.map((statuses) => statuses[name])).toContain('changed');
      for (const [i, statuses] of served.entries()) {
        const all = Object.values(statuses);
        expect(all.every((status) => status === 'changed' || status === 'locked')).toBe(true);
        const expected = all.includes('locked') ? (all.includes('changed') ? 4 : 30) : 0;
        expect(codes[i]).toBe(expected);
        changed += all.filter((status) => status === 'changed').length;
      }
    }
    const counts = await Promise.all(fleet.hosts.map((host) => host.exec('cat /overlaps; wc -l </served')));
    expect(counts.map(({ stderr }) => stderr).join('')).not.toContain('overlap\n');
    expect(counts.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(changed);
  });

  it('all locked: exit code 30, who is at work, and nothing was done', async () => {
    const call = await atWork();
    const other = second.run('short.yaml');
    expect(await other.ended).toBe(30);
    for (const { outcome } of other.ofType('host.finished')) {
      expect(outcome).toMatchObject({ status: 'locked', changes: 0 });
      expect(outcome.reason?.message).toContain(`another run is at work on it: run ${call.run} of `);
    }
    for (const host of fleet.hosts) expect((await host.exec('test -e /short')).code).toBe(1);
    // A dry run is not kept out.
    expect(await second.run('short.yaml', '--check').ended).toBe(0);
    await killed(call);
  });

  it('the same play on the same controller: 30 before any host is asked; runs tells that it is at work', async () => {
    const call = await atWork();
    const again = await first.tell('run', 'sleep.yaml', '-i', fleet.inventory);
    expect(again.code).toBe(30);
    expect(again.stdout).toBe('');
    expect(again.stderr).toMatch(
      new RegExp(
        `^error: another run is at work with this playbook with this inventory: run ${call.run} of .*\n  no host was`,
      ),
    );
    expect((await first.tell('runs')).stdout).toMatch(new RegExp(`^${call.run}  run  at work  `));
    expect((await first.tell('rollback', call.run)).code).toBe(30);
    await killed(call);
  });

  it('kill -9 of the controller leaves no lock: whoever waits comes in once the job is ended', async () => {
    const call = await atWork();
    const waiting = second.run('short.yaml', '--lock-wait', '5m');
    for (const name of names) await waiting.until((e) => e.type === 'host.waiting' && e.host === name);
    await killed(call);
    expect(await waiting.ended).toBe(0);
    expect(waiting.statuses).toEqual({ h1: 'changed', h2: 'changed', h3: 'changed' });
    expect(await second.call('rollback', waiting.run, '--output', 'json').ended).toBe(0);
  });

  it('kill -9 of the agents on the hosts leaves no lock, and a reboot none either', async () => {
    const call = await atWork();
    for (const host of fleet.hosts) await host.exec(KILL_AGENT);
    expect(await call.ended).toBe(4);
    expect(await second.run('short.yaml').ended).toBe(0);
    await fleet.host('h1').exec('systemctl reboot');
    expect(await second.run('short.yaml', '-l', 'h1', '-T', '60').ended).toBe(0);
  });
});
