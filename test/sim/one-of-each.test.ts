import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applied, byHost, planned } from '../lab/unwedge.ts';
import { packageRoot } from '../unwedge.ts';
import { Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const HOSTS = {
  'web-1': 'el7-17.12-overlay2',
  'web-2': 'debian-20.10-overlay2',
  'db-1': 'debian-28.2-overlay2',
};
const WEDGES = { 'web-1': 'holder-container', 'db-1': 'host-namespace' };
const MARK = `- hosts: all
  steps:
    - name: Mark
      command: { check: test -e /root/mark, run: touch /root/mark, undo: rm /root/mark }
`;

/** What `npm run check` has of hosts: three of them, a check, a run, a rollback. All else is in the files beside this one. */
describe.skipIf(simAvailable())('three simulated hosts', () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    fleet = await bootFleet(Object.entries(HOSTS).map(([name, of]) => ({ name, personality: personality(of) })));
    controller = new Controller(fleet.inventory);
    controller.write('free.yaml', readFileSync(`${packageRoot}playbooks/free-dead-containers.yaml`, 'utf8'));
    controller.write('mark.yaml', MARK);
  });
  afterAll(async () => {
    controller?.remove();
    await fleet?.close();
  });
  const snapshots = () => Promise.all(fleet.hosts.map((host) => host.snapshot()));

  it('a check predicts exactly what a run changes, and changes nothing; after the run it predicts nothing', async () => {
    const stuck = await Promise.all(
      Object.entries(WEDGES).map(async ([name, scenario]) => (await fleet.host(name).wedge(scenario)).STUCK ?? ''),
    );
    const before = await snapshots();
    const check = await controller.run('free.yaml', '--check').told();
    expect(check).toMatchObject({ code: 0 });
    expect(await snapshots()).toEqual(before);
    expect(planned(check)).not.toEqual([]);

    const run = await controller.run('free.yaml').told();
    expect(run).toMatchObject({ code: 0 });
    expect(byHost(applied(run))).toEqual(byHost(planned(check)));
    for (const [i, name] of Object.keys(WEDGES).entries()) {
      const [host, id] = [fleet.host(name), stuck[i] ?? ''];
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      expect((await host.exec('docker ps -aq --no-trunc')).stdout).not.toContain(id);
      expect((await host.exec(`cat /proc/[0-9]*/mountinfo`)).stdout).not.toContain(id);
    }
    expect(planned(await controller.run('free.yaml', '--check').told())).toEqual([]);
  });

  it('a rollback restores what was', async () => {
    const marks = async () =>
      (await Promise.all(fleet.hosts.map((host) => host.exec('ls /root')))).map((r) => r.stdout);
    const before = await marks();
    const call = controller.run('mark.yaml');
    expect(await call.ended).toBe(0);
    expect(await marks()).not.toEqual(before);
    expect(await controller.tell('rollback', call.run)).toMatchObject({ code: 0 });
    expect(await marks()).toEqual(before);
  });
});
