import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Facts, type Lab, labAvailable, labUp, mountsOf } from './lab.ts';

const reason = labAvailable();
if (reason) console.log(`lab scenarios: skipped, ${reason}`);

/** Scenario → who must hold the stuck mounts, one word for each kind of holder. */
const BUSY: Readonly<Record<string, readonly string[]>> = {
  'holder-container': ['container'],
  'holder-distroless': ['container'],
  'holder-service': ['unit'],
  'holder-process': ['process'],
  'host-namespace': ['host'],
  'dockerd-namespace': ['dockerd'],
  several: ['container', 'process', 'unit'],
  'healthy-neighbour': ['container'],
};

/** Odd hosts have their own containerd, even ones a separate one and a docker root elsewhere. */
const HOSTS = ['host1', 'host2', 'host3', 'host4'];

/** Every scenario on both kinds of host, spread over the hosts. */
const busyCases = Object.entries(BUSY).flatMap(([scenario, holders], index) =>
  hostsFor(index)
    .filter((host) => scenario !== 'dockerd-namespace' || isOwn(host))
    .map((host) => ({ scenario, host, holders })),
);

describe.skipIf(reason)('a host of the lab', { timeout: 900_000 }, () => {
  let lab: Lab;
  const clean = new Map<string, string>();
  const onHost = oneAtATime();

  beforeAll(async () => {
    lab = await labUp(HOSTS.length, 'scenarios');
    for (const host of HOSTS) {
      await lab.reset(host);
      clean.set(host, withoutProcessNumbers(await lab.snapshot(host)));
    }
  });
  afterAll(() => lab.down());

  it.concurrent.each(busyCases)('$scenario on $host: docker cannot remove what is held, until a reset', (each) =>
    onHost(each.host, async () => {
      const facts = await lab.wedge(each.scenario, each.host);
      for (const id of list(facts, 'STUCK')) {
        expect(await dockerSays(lab, each.host, id)).toEqual({ ps: 'removing', inspect: 'dead true' });
        expect(await mountsOf(lab, each.host, id)).not.toEqual([]);
      }
      expect(kindsOf(facts)).toEqual(each.holders);
      await expectNeighbourAlive(lab, each.host, facts);
      await expectResetToClean(lab, each.host, clean);
    }),
  );

  it.concurrent.each(hostsFor(0))('other-cause on %s: dead without a mount anywhere, until a reset', (host) =>
    onHost(host, async () => {
      const facts = await lab.wedge('other-cause', host);
      const [id = ''] = list(facts, 'STUCK');
      expect(await dockerSays(lab, host, id)).toEqual({ ps: 'removing', inspect: 'dead true' });
      expect(await mountsOf(lab, host, id)).toEqual([]);
      await expectResetToClean(lab, host, clean);
    }),
  );

  it.concurrent.each(hostsFor(1))(
    'nothing on %s: no container is dead; it is not wedged twice without a reset',
    (host) =>
      onHost(host, async () => {
        const facts = await lab.wedge('nothing', host);
        expect(facts.STUCK).toBe('');
        await expectNeighbourAlive(lab, host, facts);
        await expect(lab.wedge('nothing', host)).rejects.toThrow('reset it first');
        await expectResetToClean(lab, host, clean);
      }),
  );

  it.concurrent('looks the same in two snapshots in a row, and different after any change', () =>
    onHost('host3', async () => {
      await lab.wedge('holder-service', 'host3');
      let last = await lab.snapshot('host3');
      expect(await lab.snapshot('host3')).toBe(last);
      for (const change of CHANGES) {
        expect(await lab.exec('host3', change)).toMatchObject({ code: 0 });
        const next = await lab.snapshot('host3');
        expect(next, change).not.toBe(last);
        last = next;
      }
      await expectResetToClean(lab, 'host3', clean);
    }));

  it.concurrent('says why a host with a separate containerd has no namespace of dockerd’s own', () =>
    onHost('host2', () =>
      expect(lab.wedge('dockerd-namespace', 'host2')).rejects.toThrow('with a separate containerd.service'),
    ));
});

const CHANGES = [
  'mount -t tmpfs x /mnt',
  'echo >>/etc/docker/daemon.json',
  'systemctl stop ntpd',
  'docker rename neighbour renamed',
  'docker restart -t 0 renamed',
];

function isOwn(host: string): boolean {
  return Number(host.replace('host', '')) % 2 === 1;
}

function hostsFor(index: number): readonly string[] {
  return index % 2 === 0 ? HOSTS.slice(0, 2) : HOSTS.slice(2);
}

/** Tests run side by side, but those of one host in turn. */
function oneAtATime(): (host: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return (host, work) => {
    const mine = (last.get(host) ?? Promise.resolve()).then(work, work);
    last.set(host, mine);
    return mine;
  };
}

function list(facts: Facts, key: string): readonly string[] {
  return (facts[key] ?? '').split(' ').filter((word) => word !== '');
}

function kindsOf(facts: Facts): readonly string[] {
  return list(facts, 'HOLDERS')
    .map((holder) => holder.replace(/:.*/, ''))
    .sort();
}

async function dockerSays(lab: Lab, host: string, id: string): Promise<{ ps: string; inspect: string }> {
  const ps = await lab.exec(host, `docker ps -a --filter id=${id} --format '{{.State}}'`);
  const inspect = await lab.exec(host, `docker inspect -f '{{.State.Status}} {{.State.Dead}}' ${id}`);
  return { ps: ps.stdout.trim(), inspect: inspect.stdout.trim() };
}

async function expectNeighbourAlive(lab: Lab, host: string, facts: Facts): Promise<void> {
  const alive = await lab.exec(host, ['docker', 'exec', facts.NEIGHBOUR ?? '', 'cat', '/etc/passwd']);
  expect(alive).toMatchObject({ code: 0, stdout: 'root:x:0:0:root:/root:/bin/sh\n' });
}

async function expectResetToClean(lab: Lab, host: string, clean: ReadonlyMap<string, string>): Promise<void> {
  await lab.reset(host);
  expect(withoutProcessNumbers(await lab.snapshot(host))).toBe(clean.get(host));
}

/** A reset restarts docker, which gets new process, mount and time numbers, and a new key. */
function withoutProcessNumbers(snapshot: string): string {
  return snapshot
    .replace(/^(MainPID|ActiveEnterTimestampMonotonic)=.*$/gm, '$1')
    .replace(/^('\/etc\/docker\/key\.json'.*\n).*$/m, '$1');
}
