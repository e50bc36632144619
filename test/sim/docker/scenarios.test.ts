import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootFleet, type Facts, type Fleet, type SimHost, simAvailable } from '../fleet.ts';
import { personalities, personality } from './personality.ts';

const reason = simAvailable();

/** Scenario, personality, who holds. Each scenario and each personality comes up; the demo and the laws try the rest. */
const HELD: readonly (readonly [string, string, readonly string[]])[] = [
  ['holder-container', 'el7-1.10.3-devicemapper', ['container']],
  ['holder-container', 'el7-1.13.1-rhel-devicemapper', ['container']],
  ['holder-container', 'el7-1.12.6-inspect-fails', ['container']],
  ['holder-container', 'el7-20.10-overlay2-remapped', ['container']],
  ['holder-distroless', 'el7-18.06-overlay2', ['container']],
  ['holder-service', 'el7-1.12.6-devicemapper', ['unit']],
  ['holder-process', 'el7-17.03-overlay', ['process']],
  ['holder-process', 'ubuntu-20.10-zfs', ['process']],
  ['holder-process', 'el7-19.03-vfs', ['process']],
  ['holder-shim', 'el7-17.12-overlay2', ['shim']],
  ['host-namespace', 'debian-28.2-overlay2', ['host']],
  ['host-namespace', 'ubuntu-24.0-overlay2', ['host']],
  ['host-namespace', 'debian-20.10-overlay2', ['host']],
  ['host-namespace', 'suse-18.09-btrfs', ['host']],
  ['dockerd-namespace', 'el7.4-17.12-overlay2', ['dockerd']],
  ['several', 'el7-19.03-overlay2-moved', ['container', 'process', 'unit']],
  ['healthy-neighbour', 'ubuntu-17.03-aufs', ['container']],
  ['healthy-neighbour', 'el7-24.0-overlay2', ['container']],
  ['kubelet', 'ubuntu-18.06-aufs', ['unit']],
  ['namespace-without-process', 'el7-18.09-overlay2', ['descriptor']],
  ['namespace-without-process', 'el7.9-17.06-devicemapper', ['descriptor']],
  ['thread-namespace', 'el7-17.06-overlay2', ['thread']],
];

const REFUSED: readonly (readonly [string, string, string])[] = [
  ['holder-process', 'debian-20.10-overlay2', 'a plain docker rm removes the container'],
  ['holder-process', 'el7-1.13.1-rhel-devicemapper', 'dockerd has MountFlags=slave'],
  ['dockerd-namespace', 'el7-24.0-overlay2', 'with a containerd.service of its own'],
  ['holder-shim', 'el7-1.10.3-devicemapper', 'live-restore came with 1.12'],
];

describe.skipIf(reason)('a simulated host', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet([]);
  });
  afterAll(() => fleet.close());

  async function boot(scenario: string, name: string): Promise<SimHost> {
    const host = `${scenario}-${name}`;
    await fleet.add({ name: host, personality: personality(name) });
    return fleet.host(host);
  }

  it.each(HELD)('%s on %s: docker cannot remove what is held', async (scenario, name, holders) => {
    const host = await boot(scenario, name);
    const facts = await host.wedge(scenario);
    expect(kindsOf(facts)).toEqual(holders);
    const listed = (await host.exec('docker ps -a --no-trunc')).stdout.split('\n');
    for (const id of list(facts, 'STUCK')) {
      expect(listed.find((row) => row.startsWith(id))).toMatch(/ (?:Dead|Removal In Progress) /);
    }
    expect(await host.exec(`docker exec ${facts.NEIGHBOUR} true`)).toMatchObject({ stderr: '', code: 0 });
  });

  it.each(REFUSED)('%s on %s is refused, with the reason', async (scenario, name, why) => {
    await expect((await boot(scenario, name)).wedge(scenario)).rejects.toThrow(why);
  });

  it('other-cause: dead without a mount anywhere', async () => {
    const host = await boot('other-cause', 'el7-17.06-overlay2');
    const { STUCK: id } = await host.wedge('other-cause');
    expect((await host.exec(`docker rm ${id}`)).stderr).toMatch(/: operation not permitted\n$/);
    expect((await host.exec(`grep -l ${id} /proc/[0-9]*/mountinfo`)).stdout).toBe('');
  });

  it('orphan-directories: what docker no longer knows of', async () => {
    const host = await boot('orphans', 'el7-20.10-overlay2-remapped');
    const { ORPHAN: id, ORPHAN_LAYER: layer } = await host.wedge('orphan-directories');
    expect((await host.exec(`docker inspect ${id}`)).code).toBe(1);
    const root = personality('el7-20.10-overlay2-remapped').root;
    expect((await host.exec(`ls -d ${root}/containers/${id} ${root}/overlay2/${layer}`)).code).toBe(0);
    expect((await host.exec('journalctl -u docker -o cat')).stdout).toContain(`failed to load container ${id}`);
  });

  it('nothing: a container runs, one has stopped; it is not wedged twice', async () => {
    const host = await boot('nothing', 'debian-28.2-overlay2');
    expect((await host.wedge('nothing')).STUCK).toBe('');
    await expect(host.wedge('nothing')).rejects.toThrow('this host has containers already');
  });

  it('has each personality in a scenario', () => {
    const wedged = new Set(HELD.map(([, name]) => name));
    expect(personalities.map(({ name }) => name).filter((name) => !wedged.has(name))).toEqual([]);
  });
});

const list = (facts: Facts, key: string): string[] => (facts[key] ?? '').split(' ').filter((word) => word !== '');

const kindsOf = (facts: Facts): string[] =>
  list(facts, 'HOLDERS')
    .map((holder) => holder.replace(/:.*/, ''))
    .sort();
