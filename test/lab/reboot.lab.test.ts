import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Facts, type Lab, labAvailable, labUp } from './lab.ts';
import { applied, byHost, outcome, planned, runId, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, reboot: skipped, ${reason}`);

const playbook = 'playbooks/reboot-last-resort.yaml';
const allow = ['-e', '{"allow_reboot": true}'] as const;
/** host1 has its own containerd; host2 a separate one, and docker's root elsewhere. */
const hosts: readonly string[] = ['host1', 'host2'];

describe.skipIf(reason)('playbooks/reboot-last-resort.yaml on real hosts', () => {
  let lab: Lab;
  let unwedge: Unwedge;
  let facts: Facts[];
  beforeAll(async () => {
    lab = await labUp(hosts.length, 'reboot');
    unwedge = new Unwedge();
    await each((host) => lab.reset(host));
  });
  afterAll(() => lab?.down());

  const each = <T>(work: (host: string) => Promise<T>): Promise<T[]> => Promise.all(hosts.map(work));
  const on = (host: string, command: string) => lab.exec(host, command).then(({ stdout }) => stdout.trim());
  const run = (...flags: string[]) => unwedge.run(playbook, '-i', lab.inventory, ...flags);
  const snapshots = () => each((host) => lab.snapshot(host));
  const boots = () => each((host) => on(host, 'cat /proc/sys/kernel/random/boot_id'));
  const stuckOf = (host: string) => facts[hosts.indexOf(host)]?.STUCK ?? '';
  /** What is left of the stuck container: directories, with mode and owner. */
  const treeOf = (host: string) => on(host, `cd ${homeOf(host)} && find . -printf '%p %y %m %U %G\\n' | sort`);
  const homeOf = (host: string) => `${lab.dockerRoot(host)}/containers/${stuckOf(host)}`;

  test('where nothing is stuck no host is rebooted, with leave or without', async () => {
    await each((host) => lab.wedge('nothing', host));
    const before = [await boots(), await snapshots()];
    for (const told of [await run('--check', ...allow), await run(...allow), await run()]) {
      expect(told.code).toBe(0);
      expect([planned(told), applied(told)]).toEqual([[], []]);
    }
    expect([await boots(), await snapshots()]).toEqual(before);
    await each((host) => lab.reset(host));
  });

  test('without leave it tells what it would stop, and refuses', async () => {
    facts = await each(async (host) => {
      const wedged = await lab.wedge('holder-process', host);
      await on(
        host,
        'docker run -d --name web --restart unless-stopped --network none lab/busybox:1 /bin/sleep 1000000',
      );
      return wedged;
    });
    const before = await snapshots();
    for (const told of [await run('--check'), await run()]) {
      // The first one that fails ends the rollout.
      expect(told.code).toBe(8);
      expect([planned(told), applied(told)]).toEqual([[], []]);
      expect(outcome(told, 'host1')?.reason?.message).toMatch(
        /does not allow it: it stops 2 running containers, of which neighbour will or may stay down/,
      );
      expect(outcome(told, 'host2')?.status).toBe('not-attempted');
    }
    expect(await snapshots()).toEqual(before);
  });

  test('with leave: one host after the other is rebooted and free, as predicted; what has a restart policy runs again', async () => {
    const before = { boots: await boots(), snapshots: await snapshots(), homes: await each(treeOf) };
    const predicted = await run('--check', ...allow);
    expect(predicted.code).toBe(0);
    expect(await snapshots()).toEqual(before.snapshots);

    const told = await run(...allow);
    expect(told.code).toBe(0);
    expect(byHost(applied(told))).toEqual(byHost(planned(predicted)));
    expect(applied(told).map(({ risk }) => risk)).toEqual(['reboot', 'none', 'reboot', 'none']);
    expect(planned(await run('--check', ...allow))).toEqual([]);

    for (const [i, boot] of (await boots()).entries()) expect(boot).not.toBe(before.boots[i]);
    await each(async (host) => {
      expect(await on(host, "docker ps -a --format '{{.Names}} {{.State}}' | sort")).toBe(
        'neighbour exited\nweb running',
      );
      expect(await on(host, `ls -d ${homeOf(host)} 2>&1`)).toContain('No such file');
      expect(
        (await lab.exec(host, 'docker start neighbour && docker exec neighbour true && docker exec web true')).code,
      ).toBe(0);
    });

    const back = await unwedge.rollback(runId(told), tmpdir());
    expect(back.code).toBe(0);
    for (const host of hosts) {
      expect(outcome(back, host)?.rollback?.irreversible.map(({ reason: why }) => why)).toEqual([
        'a reboot is not taken back; the host is up again',
      ]);
    }
    expect(await each(treeOf)).toEqual(before.homes);
  });
});
