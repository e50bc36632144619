import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Facts, type Lab, labAvailable, labUp, mountsOf } from './lab.ts';
import { applied, byHost, outcome, planned, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, free-dead-containers: skipped, ${reason}`);

const playbook = 'playbooks/free-dead-containers.yaml';
/** host1 has its own containerd; host2 a separate one, and docker's root elsewhere. */
const hosts: readonly string[] = ['host1', 'host2'];
const freed = [
  'holder-container',
  'holder-distroless',
  'holder-service',
  'holder-process',
  'host-namespace',
  'several',
  'healthy-neighbour',
];
/** Only a dockerd with its own containerd can have a namespace of its own. */
const freedOnOwn = ['dockerd-namespace'];

describe.skipIf(reason)('playbooks/free-dead-containers.yaml on real hosts', () => {
  let lab: Lab;
  let unwedge: Unwedge;
  beforeAll(async () => {
    lab = await labUp(hosts.length, 'laws');
    unwedge = new Unwedge();
    await each((host) => lab.reset(host));
  });
  afterEach(() => each((host) => lab.reset(host)));
  afterAll(() => lab?.down());

  const each = <T>(work: (host: string) => Promise<T>): Promise<T[]> => Promise.all(hosts.map(work));
  const snapshots = () => each((host) => lab.snapshot(host));
  const check = () => unwedge.run(playbook, '-i', lab.inventory, '--check');

  test.each(freed)('%s: freed as predicted, the neighbour unharmed', async (scenario) => {
    await expectFreed(() => scenario);
  });

  test.each(freedOnOwn)('%s: freed as predicted, the neighbour unharmed', async (scenario) => {
    await expectFreed((host) => (host === 'host1' ? scenario : 'nothing'));
  });

  test('other-cause: reported and left alone', async () => {
    await each((host) => lab.wedge('other-cause', host));
    const before = await snapshots();
    for (const told of [await check(), await unwedge.run(playbook, '-i', lab.inventory)]) {
      expect(told.code).toBe(2);
      expect([planned(told), applied(told)]).toEqual([[], []]);
      for (const host of hosts)
        expect(outcome(told, host)?.reason?.message).toMatch(/is stuck, but by no mount: .*operation not permitted/);
    }
    expect(await snapshots()).toEqual(before);
  });

  test('nothing: all ok, no change', async () => {
    await each((host) => lab.wedge('nothing', host));
    const before = await snapshots();
    for (const told of [await check(), await unwedge.run(playbook, '-i', lab.inventory)]) {
      expect(told.code).toBe(0);
      expect([planned(told), applied(told)]).toEqual([[], []]);
      for (const host of hosts) expect(outcome(told, host)?.status).toBe('ok');
    }
    expect(await snapshots()).toEqual(before);
  });

  /** The laws: a dry run changes nothing and predicts exactly; the run does just that; a second check is empty. */
  async function expectFreed(scenarioOf: (host: string) => string): Promise<void> {
    const facts = await each((host) => lab.wedge(scenarioOf(host), host));
    const before = await snapshots();
    const neighbours = await each((host) => mountsBeside(host, facts));
    const predicted = await check();
    expect(await snapshots()).toEqual(before);
    expect(predicted.code).toBe(0);

    const run = await unwedge.run(playbook, '-i', lab.inventory);
    expect(run.code).toBe(0);
    expect(byHost(applied(run))).toEqual(byHost(planned(predicted)));
    expect(applied(run)).not.toEqual([]);
    expect(planned(await check())).toEqual([]);

    expect(await each((host) => mountsBeside(host, facts))).toEqual(neighbours);
    await each(async (host) => {
      await expectNothingStuck(host, of(facts, host));
      await expectAlive(host, of(facts, host).NEIGHBOUR);
    });
  }

  const of = (facts: readonly Facts[], host: string): Facts => facts[hosts.indexOf(host)] ?? {};

  /** Every mount, in any namespace, of the running neighbour and of an id that differs from the stuck one in its last digit. */
  async function mountsBeside(host: string, facts: readonly Facts[]): Promise<string[]> {
    const { NEIGHBOUR = '', LOOKALIKE } = of(facts, host);
    const found = await Promise.all(
      [NEIGHBOUR, ...(LOOKALIKE ? [LOOKALIKE] : [])].map((id) => mountsOf(lab, host, id)),
    );
    for (const mounts of found) expect(mounts).not.toEqual([]);
    // Processes of the host come and go; what is mounted stays.
    return [...new Set(found.flat().map((line) => line.replace(/^.*?:/, '')))].sort();
  }

  async function expectNothingStuck(host: string, facts: Facts): Promise<void> {
    const stuck = await lab.exec(host, 'docker ps -aq --filter status=removing --filter status=dead');
    expect(stuck.stdout).toBe('');
    for (const id of (facts.STUCK ?? '').split(' ').filter((word) => word !== '')) {
      expect(await mountsOf(lab, host, id)).toEqual([]);
      expect((await lab.exec(host, ['test', '-e', `${lab.dockerRoot(host)}/containers/${id}`])).code).toBe(1);
    }
  }

  /** A running container that lost a mount looks alive until it is used (facts of the domain): so use it. */
  async function expectAlive(host: string, id: string | undefined): Promise<void> {
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const used = await lab.exec(
      host,
      `docker exec ${id} true && docker cp ${id}:/bin/sleep - >/dev/null && docker restart -t 0 ${id} && docker exec ${id} true && docker inspect -f '{{.State.Running}}' ${id}`,
    );
    expect(used).toMatchObject({ code: 0, stdout: expect.stringMatching(/true\n$/) });
  }
});
