import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootFleet, type Facts, type Finished, type Fleet, simAvailable } from '../fleet.ts';
import { personality } from './personality.ts';

const reason = simAvailable();
if (reason) console.log(`simulated docker: skipped, ${reason}`);

describe.skipIf(reason)('docker rm of a container whose mounts are held', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet([]);
  });
  afterAll(() => fleet.close());

  /** A host of its own for the test, wedged. */
  async function wedged(name: string, host: string, scenario: string): Promise<Wedged> {
    await fleet.add({ name: host, personality: personality(name) });
    const facts = await fleet.host(host).wedge(scenario);
    return { facts, id: facts.STUCK ?? '', run: (command) => fleet.host(host).exec(command) };
  }

  it('takes the container’s directory first before 17.06', async () => {
    const { id, run } = await wedged('el7-17.03-overlay', 'order-17-03', 'holder-process');
    const said = await run(`docker rm ${id}`);
    expect(said.stderr).toMatch(
      /^Error response from daemon: Unable to remove filesystem for .*\/shm: device or resource busy\n$/,
    );
    expect((await run(`ls /var/lib/docker/containers/${id}`)).stdout).toBe('shm\n');
    expect((await run(`cat /var/lib/docker/image/overlay/layerdb/mounts/${id}/mount-id`)).stdout).toMatch(
      /^[0-9a-f]{64}$/,
    );
  });

  it('takes the layer first since 17.06', async () => {
    const { id, run } = await wedged('el7-17.06-overlay2', 'order-17-06', 'holder-process');
    expect((await run(`docker rm ${id}`)).stderr).toContain('driver "overlay2" failed to remove root filesystem for');
    expect((await run(`ls /var/lib/docker/containers/${id}`)).stdout.split('\n')).toContain('config.v2.json');
  });

  it('has the new order with the old words in Red Hat’s 1.13.1', async () => {
    const { id, run } = await wedged('el7-1.13.1-rhel-devicemapper', 'order-rhel', 'holder-container');
    expect((await run(`docker rm ${id}`)).stderr).toContain(
      `Driver devicemapper failed to remove root filesystem ${id}: remove /var/lib`,
    );
    expect((await run('dmesg')).stdout).toMatch(/device-mapper: thin: Deletion of thin device \d+ failed\./);
  });

  it('says Device is Busy without a path where deletion is not deferred', async () => {
    const { id, run } = await wedged('el7-1.12.6-devicemapper', 'device', 'holder-service');
    // The container's directory comes first in 1.12: without its shm the device is what is left.
    await run(
      `umount -N /proc/$(systemctl show ntpd -p MainPID | cut -d= -f2)/ns/mnt /var/lib/docker/containers/${id}/shm`,
    );
    expect((await run(`docker rm ${id}`)).stderr).toBe(
      `Error response from daemon: Driver devicemapper failed to remove root filesystem ${id}: Device is Busy\n`,
    );
  });

  it.each(['el7-17.12-overlay2', 'el7-24.0-overlay2', 'ubuntu-18.06-aufs', 'el7-19.03-vfs', 'ubuntu-20.10-zfs'])(
    'on %s works once the holder has ended, and leaves nothing',
    async (name) => {
      const { facts, id, run } = await wedged(name, `freed-${name}`, 'holder-process');
      await run(`kill ${facts.HOLDERS?.replace('process:', '')}`);
      expect(await run(`docker rm ${id}`)).toMatchObject({ stdout: `${id}\n`, stderr: '', code: 0 });
      expect((await run(`find /var/lib/docker /data 2>/dev/null | grep ${id}`)).stdout).toBe('');
    },
  );

  it('with -f loses the container before 17.06, and keeps it since', async () => {
    const before = await wedged('ubuntu-17.03-aufs', 'lost', 'holder-process');
    expect((await before.run(`docker rm -f ${before.id}`)).code).toBe(1);
    expect((await before.run(`docker rm ${before.id}`)).stderr).toContain(`No such container: ${before.id}`);
    const since = await wedged('el7-18.09-overlay2', 'kept', 'holder-process');
    expect((await since.run(`docker rm -f ${since.id}`)).code).toBe(1);
    expect((await since.run('docker ps -aq --no-trunc')).stdout).toContain(since.id);
  });

  it('lists it as Removal In Progress until the daemon starts anew', async () => {
    const { id, run } = await wedged('el7-24.0-overlay2', 'listed', 'holder-process');
    const listed = async (filter: string) => (await run(`docker ps -aq --no-trunc --filter status=${filter}`)).stdout;
    expect(await listed('dead')).toBe('');
    expect(await listed('removing')).toBe(`${id}\n`);
    const error = (await run(`docker inspect -f '{{.State.Status}} {{.State.Error}}' ${id}`)).stdout;
    expect(error).toMatch(
      /^dead container [0-9a-f]{64}: driver "overlay2" failed .* unlinkat .*merged: device or resource busy\n$/,
    );
    await run('systemctl restart docker');
    expect(await listed('dead')).toBe(`${id}\n`);
  });

  it('refuses the filter for what is being removed before 1.13, and -f of docker info', async () => {
    const { run } = await wedged('el7-1.12.6-devicemapper', 'old-client', 'nothing');
    expect(await run('docker ps -aq --filter status=removing')).toMatchObject({
      stderr: 'Error response from daemon: Unrecognised filter value for status: removing\n',
      code: 1,
    });
    expect(await run("docker info -f '{{.Driver}}'")).toMatchObject({
      stderr: expect.stringContaining('flag provided but not defined: -f'),
      code: 125,
    });
    expect((await run('docker info')).stdout).toContain('Storage Driver: devicemapper\n');
  });

  it('works with fs.may_detach_mounts=1 although a copy is held elsewhere', async () => {
    const { id, run } = await wedged('el7-17.06-overlay2', 'detach', 'holder-process');
    await run('echo 1 >/proc/sys/fs/may_detach_mounts');
    expect(await run(`docker rm ${id}`)).toMatchObject({ stdout: `${id}\n`, code: 0 });
  });

  it('is wrapped by the client of 1.10', async () => {
    const { run } = await wedged('el7-1.10.3-devicemapper', 'wrapped', 'nothing');
    expect((await run('docker rm nope')).stderr).toBe(
      'Failed to remove container (nope): Error response from daemon: No such container: nope\n',
    );
  });

  it('is refused while another one runs since 1.13, and done twice before', async () => {
    const since = await wedged('el7-17.06-overlay2', 'twice', 'holder-process');
    await since.run(`mkdir /sim/state/docker/removing/${since.id}`);
    expect((await since.run(`docker rm ${since.id}`)).stderr).toContain(
      `removal of container ${since.id} is already in progress`,
    );
    const before = await wedged('el7-1.12.6-devicemapper', 'twice-1-12', 'holder-process');
    await before.run(`mkdir /sim/state/docker/removing/${before.id}`);
    expect(await before.run(`docker rm ${before.id}`)).toMatchObject({ stdout: `${before.id}\n`, code: 0 });
  });

  it('is not hindered by copies elsewhere on a newer kernel, which takes them away', async () => {
    await fleet.add({ name: 'own', personality: personality('debian-20.10-overlay2') });
    const run = (command: string) => fleet.host('own').exec(command);
    await run('docker run -d --name victim --ipc shareable lab/busybox:1');
    const pid = (
      await run('unshare -m --propagation private sleep 1000 >/dev/null 2>&1 & echo $!; sleep 0.1')
    ).stdout.trim();
    const copies = () => run(`grep -c overlay2/ /proc/${pid}/mountinfo`);
    expect((await copies()).stdout).toBe('1\n');
    expect(await run('docker rm -f victim')).toMatchObject({ stdout: 'victim\n', code: 0 });
    expect((await copies()).stdout).toBe('0\n');
  });
});

interface Wedged {
  readonly facts: Facts;
  readonly id: string;
  readonly run: (command: string) => Promise<Finished>;
}
