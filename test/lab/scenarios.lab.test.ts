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

/** host1 has its own containerd, host2 a separate one and a docker root elsewhere. */
const HOSTS = ['host1', 'host2'];

describe.skipIf(reason)('a wedged host of the lab', { timeout: 120_000 }, () => {
  let lab: Lab;
  const clean = new Map<string, string>();

  beforeAll(async () => {
    lab = await labUp(HOSTS.length, 'scenarios');
    for (const host of HOSTS) {
      await lab.reset(host);
      clean.set(host, withoutProcessNumbers(await lab.snapshot(host)));
    }
  });
  afterAll(() => lab.down());

  describe.each(HOSTS)('%s', (host) => {
    const onlyOwn = (scenario: string) => scenario === 'dockerd-namespace' && host !== 'host1';

    for (const [scenario, holders] of Object.entries(BUSY).filter(([name]) => !onlyOwn(name))) {
      it(`${scenario}: docker can't remove what a namespace still holds, and a reset undoes it`, async () => {
        const facts = await lab.wedge(scenario, host);
        for (const id of list(facts, 'STUCK')) {
          expect(await dockerSays(lab, host, id)).toEqual({ ps: 'removing', inspect: 'dead true' });
          expect(await mountsOf(lab, host, id)).not.toEqual([]);
        }
        expect(kindsOf(facts)).toEqual(holders);
        await expectNeighbourAlive(lab, host, facts);
        await expectResetToClean(lab, host, clean);
      });
    }

    it('other-cause: dead without a mount anywhere, and a reset undoes it', async () => {
      const facts = await lab.wedge('other-cause', host);
      const [id = ''] = list(facts, 'STUCK');
      expect(await dockerSays(lab, host, id)).toEqual({ ps: 'removing', inspect: 'dead true' });
      expect(await mountsOf(lab, host, id)).toEqual([]);
      await expectResetToClean(lab, host, clean);
    });

    it('nothing: no container is dead, and a reset undoes it', async () => {
      const facts = await lab.wedge('nothing', host);
      expect(facts.STUCK).toBe('');
      await expectNeighbourAlive(lab, host, facts);
      await expectResetToClean(lab, host, clean);
    });

    it('looks the same in two snapshots in a row, and different after any change', async () => {
      await lab.wedge('several', host);
      const before = await lab.snapshot(host);
      expect(await lab.snapshot(host)).toBe(before);
      for (const change of [
        'mount -t tmpfs x /mnt',
        'echo >>/etc/docker/daemon.json',
        'systemctl stop ntpd',
        'docker rename neighbour n',
      ]) {
        const last = await lab.snapshot(host);
        expect((await lab.exec(host, change)).code, change).toBe(0);
        expect(await lab.snapshot(host), change).not.toBe(last);
      }
      await expectResetToClean(lab, host, clean);
    });
  });

  it('refuses to wedge a host that has containers already', async () => {
    await lab.wedge('nothing', 'host1');
    await expect(lab.wedge('nothing', 'host1')).rejects.toThrow('reset it first');
    await lab.reset('host1');
  });

  it('says why a host with a separate containerd has no namespace of dockerd’s own', async () => {
    await expect(lab.wedge('dockerd-namespace', 'host2')).rejects.toThrow('separate containerd.service');
  });
});

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
