import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootFleet, type Fleet, type SimHost, simAvailable } from '../fleet.ts';
import { personality } from './personality.ts';

const reason = simAvailable();

describe.skipIf(reason)('dockerd of a simulated host', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet([]);
  });
  afterAll(() => fleet.close());

  const boot = async (name: string, type: string): Promise<SimHost> => {
    await fleet.add({ name, personality: personality(type) });
    return fleet.host(name);
  };

  it('that is gone or hangs is told as docker tells it', async () => {
    const host = await boot('gone', 'ubuntu-24.0-overlay2');
    await host.exec('touch /sim/state/docker/hang');
    expect((await host.exec('timeout 1 docker ps')).code).toBe(124);
    await host.exec('rm /sim/state/docker/hang; kill -KILL $(cat /run/docker.pid)');
    expect(await host.exec('docker ps')).toMatchObject({
      stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
      code: 1,
    });
  });

  it('does not start with a daemon.json that is wrong, and says so beforehand since 23.0', async () => {
    const host = await boot('wrong', 'ubuntu-24.0-overlay2');
    await host.exec(`mkdir -p /etc/docker; echo '{"live-restore": true,}' >/etc/docker/daemon.json`);
    const program = '$(readlink /proc/$(cat /run/docker.pid)/exe)';
    expect((await host.exec(`${program} --validate --config-file /etc/docker/daemon.json`)).stderr).toBe(
      "unable to configure the Docker daemon with file /etc/docker/daemon.json: invalid character '}' looking for beginning of object key string\n",
    );
    expect((await host.exec('systemctl restart docker')).code).toBe(1);
    expect((await host.exec('journalctl -u docker -o cat')).stdout).toContain("invalid character '}'");
    await host.exec(`echo '{"live-restore": true}' >/etc/docker/daemon.json`);
    expect((await host.exec(`systemctl restart docker && docker info -f '{{.LiveRestoreEnabled}}'`)).stdout).toBe(
      'true\n',
    );
  });

  it('reads daemon.json again on a SIGHUP, keeps what is gone from it, and runs on with one that is wrong', async () => {
    const host = await boot('reload', 'el7-17.12-overlay2');
    const told = `docker info -f '{{.LiveRestoreEnabled}}'`;
    const reload = (text: string, told: string) =>
      host.exec(`mkdir -p /etc/docker; echo '${text}' >/etc/docker/daemon.json; kill -HUP $(cat /run/docker.pid)
        until journalctl -u docker -o cat | tail -n 1 | grep '${told}'; do sleep 0.1; done`);
    const pid = await host.exec('cat /run/docker.pid');
    await reload('{"live-restore": true}', 'enabled.*:true');
    expect((await host.exec(told)).stdout).toBe('true\n');
    await reload('{"debug": true}', 'Reloaded');
    expect((await host.exec(told)).stdout).toBe('true\n');
    await reload('{"live-restore": flase}', 'unable to configure');
    await reload('{"live-restore": false}', 'enabled.*:false');
    expect((await host.exec(`${told}; cat /run/docker.pid; docker ps`)).stdout).toContain(`false\n${pid.stdout}`);
  });

  it('with a namespace of its own and live-restore breaks docker exec of what survived', async () => {
    const host = await boot('exec', 'el7-17.12-overlay2');
    const { SURVIVOR: survivor, NEIGHBOUR: neighbour } = await host.wedge('holder-shim');
    expect(await host.exec(`docker exec ${survivor} true`)).toMatchObject({
      stderr: expect.stringContaining('fork/exec /proc/self/exe: no such file or directory'),
      code: 126,
    });
    expect((await host.exec(`docker inspect -f '{{.State.Running}}' ${survivor}`)).stdout).toBe('true\n');
    expect((await host.exec(`docker exec ${neighbour} cat /etc/passwd`)).stdout).toBe(
      'root:x:0:0:root:/root:/bin/sh\n',
    );
  });

  it('with a namespace of its own starts no container where containerd is a service', async () => {
    const host = await boot('separate', 'debian-20.10-overlay2');
    await host.exec(
      "mkdir -p /etc/systemd/system/docker.service.d; printf '[Service]\\nMountFlags=slave\\n' >/etc/systemd/system/docker.service.d/s.conf",
    );
    await host.exec('systemctl daemon-reload; systemctl restart docker');
    expect(await host.exec('docker run -d lab/busybox:1')).toMatchObject({
      stderr: expect.stringContaining('exec: "sleep": executable file not found in $PATH'),
      code: 125,
    });
  });

  it('stops its containers with it, and starts those that have a policy', async () => {
    const host = await boot('policy', 'el7-18.09-overlay2');
    await host.exec(
      'docker run -d --name always --restart always lab/busybox:1; docker run -d --name once lab/busybox:1',
    );
    await host.exec('systemctl restart docker');
    const { stdout } = await host.exec("docker ps -a --format '{{.Names}} {{.Status}}' | sort");
    expect(stdout).toMatch(/^always Up .*\nonce Exited \(143\)/);
  });

  it('knows its containers after a reboot, and can remove the Dead one', async () => {
    const host = await boot('rebooted', 'el7-17.06-overlay2');
    const { STUCK: id } = await host.wedge('holder-process');
    await host.exec('docker run -d --name always --restart always lab/busybox:1');
    const look = async () =>
      (await host.exec('cat /proc/sys/kernel/random/boot_id; systemctl is-system-running')).stdout;
    const [before] = (await look()).split('\n');
    await host.exec('systemctl reboot');
    for (let now = await look(); now.startsWith(`${before}`) || !now.endsWith('running\n'); ) now = await look();
    const listed = (await host.exec('docker ps -a')).stdout;
    expect(listed).toMatch(/ Up .* always\n/);
    expect(listed).toMatch(/ Dead .* victim\n/);
    expect(listed).toMatch(/ Exited .* neighbour\n/);
    expect(await host.exec(`docker rm ${id}`)).toMatchObject({ stdout: `${id}\n`, stderr: '', code: 0 });
  });

  it('refuses private binds of its root since 18.03', async () => {
    const run = 'docker run -d -v /:/rootfs:rprivate lab/busybox:1';
    expect((await (await boot('bind-new', 'el7-18.06-overlay2')).exec(run)).stderr).toContain(
      'must use either propagation mode "rslave" or "rshared" when mount source is within the daemon root',
    );
    expect((await (await boot('bind-old', 'el7-17.12-overlay2')).exec(run)).code).toBe(0);
  });
});
