import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { type Lab, labAvailable, labUp } from './lab.ts';
import { outcome, runId, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, faults: skipped, ${reason}`);

const playbook = 'playbooks/free-dead-containers.yaml';
const hosts: readonly string[] = ['host1', 'host2'];

describe.skipIf(reason)('a run that is cut short on real hosts', () => {
  let lab: Lab;
  let unwedge: Unwedge;
  beforeAll(async () => {
    lab = await labUp(hosts.length, 'faults');
    unwedge = new Unwedge();
    await Promise.all(hosts.map((host) => lab.reset(host)));
  });
  afterEach(() => Promise.all(hosts.map((host) => lab.reset(host))));
  afterAll(() => lab?.down());

  const wedge = () => Promise.all(hosts.map((host) => lab.wedge('holder-container', host)));
  const stuck = (host: string) =>
    lab.exec(host, 'docker ps -aq --filter status=removing --filter status=dead').then(({ stdout }) => stdout);
  const removes = (host: string) => (event: RunEvent) =>
    event.type === 'change.applying' && event.stepType === 'rm_dead' && event.host === host;
  /** Slows docker rm down, so that there is a middle to cut in. */
  const slowDown = (host: string) =>
    lab.exec(
      host,
      `printf '#!/bin/sh\\n[ "$1" = rm ] && sleep 5\\nexec /usr/bin/docker "$@"\\n' >/usr/local/bin/docker && chmod +x /usr/local/bin/docker`,
    );

  test('the connection is cut while a container is removed: in doubt, the other host goes on, the next run finishes', async () => {
    await wedge();
    await slowDown('host1');
    const isIt = removes('host1');
    let cut: Promise<unknown> | undefined;
    const told = await unwedge.watch([playbook, '-i', lab.inventory], (event) => {
      if (isIt(event))
        cut = lab.exec(
          'host1',
          'for p in $(pgrep -f "^sshd: root@notty"); do [ "$p" = "$PPID" ] || kill -9 "$p"; done',
        );
    });
    await cut;
    expect(told.code).toBe(4);
    expect(outcome(told, 'host1')).toMatchObject({
      status: 'unreachable',
      reason: { message: expect.stringMatching(/is in doubt: the connection was lost/) },
    });
    expect(outcome(told, 'host2')?.status).toBe('changed');
    expect(told.events.filter((e) => e.type === 'change.in-doubt')).toHaveLength(1);
    await expectNextRunFinishes();
  });

  test('the controller is killed while a container is removed: what it ran on the host ends too, and the journal tells', async () => {
    await wedge();
    await slowDown('host1');
    const isIt = removes('host1');
    const told = await unwedge.watch([playbook, '-i', lab.inventory, '-l', 'host1'], (event, pid) => {
      if (isIt(event)) process.kill(pid, 'SIGKILL');
    });
    const left = await lab.exec(
      'host1',
      'for i in 1 2 3 4 5 6 7 8 9 10; do pgrep -f "[/]usr/local/bin/docker" >/dev/null || exit 0; sleep 1; done; exit 1',
    );
    expect(left.code).toBe(0);
    const shown = await unwedge.say(['runs', 'show', runId(told), '--state-dir', unwedge.stateDir]);
    expect(shown.stdout).toMatch(/interrupted/);
    expect(shown.stdout).toMatch(/applying +remove Dead container/);
    await expectNextRunFinishes();
  });

  test('a host that is down does not disturb the other', async () => {
    await wedge();
    const told = await unwedge.run(playbook, '-i', lab.inventory, '-i', 'down,', '-e', 'x=1');
    expect(told.code).toBe(4);
    expect(outcome(told, 'down')).toMatchObject({ status: 'unreachable' });
    for (const host of hosts) expect(await stuck(host)).toBe('');
  });

  async function expectNextRunFinishes(): Promise<void> {
    await lab.exec('host1', 'rm -f /usr/local/bin/docker');
    expect((await unwedge.run(playbook, '-i', lab.inventory)).code).toBe(0);
    for (const host of hosts) expect(await stuck(host)).toBe('');
  }
});
