import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Personality, personality } from './docker/personality.ts';
import { bootFleet, type Fleet, type SimHost, simAvailable } from './fleet.ts';

const reason = simAvailable();
const old = personality('el7-1.12.6-devicemapper');
const modern = personality('debian-20.10-overlay2');

const pidNamespace = (pid: string | number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined; // it has ended, or is another user's
  }
};
const processesIn = (namespace: string | undefined): string[] =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && pidNamespace(pid) === namespace);

/** Ends when that process has. */
const watch = (pid: string): ChildProcess => spawn('tail', ['-s', '0.02', `--pid=${pid}`, '-f', '/dev/null']);

describe.skipIf(reason)(`a simulated host${reason ? `: ${reason}` : ''}`, () => {
  let fleet: Fleet;
  let host: SimHost;
  const machine = () => ({
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    name: readFileSync('/proc/sys/kernel/hostname', 'utf8'),
  });
  const before = machine();
  const said = async (command: string) => (await host.exec(command)).stdout.trim();

  beforeAll(async () => {
    fleet = await bootFleet([
      { name: 'one', personality: old },
      { name: 'two', personality: modern },
    ]);
    host = fleet.host('one');
  });
  afterAll(() => fleet.close());

  it('has nothing of the machine but its programs', async () => {
    expect((await said('ls /')).split('\n').filter((name) => !/^(bin|sbin|lib\w*|nix|gnu)$/.test(name))).toEqual([
      'dev',
      'etc',
      'home',
      'mnt',
      'opt',
      'proc',
      'root',
      'run',
      'sim',
      'srv',
      'sys',
      'tmp',
      'usr',
      'var',
    ]);
    expect(await said('ls /home /mnt /opt /root /srv /sys')).toBe(
      '/home:\n\n/mnt:\n\n/opt:\n\n/root:\n\n/srv:\n\n/sys:',
    );
    expect(await said('sed 1,2d /proc/net/dev')).toMatch(/^lo:.*$/);
    expect(await said('uname -r; cat /proc/sys/kernel/osrelease; hostname; id -u')).toBe(
      `${old.kernel}\n${old.kernel}\none\n0`,
    );
    expect(
      (await said('for name in docker systemctl journalctl dmesg uname; do command -v $name; done')).split('\n'),
    ).toEqual(['docker', 'systemctl', 'journalctl', 'dmesg', 'uname'].map((name) => `/usr/local/bin/${name}`));
  });

  it('can change nothing of the machine, though it is root in it', async () => {
    for (const path of [
      '/usr/bin/x',
      '/bin/x',
      '/sim/docker/x',
      '/proc/sys/kernel/panic',
      '/proc/sys/kernel/core_pattern',
    ]) {
      expect({ path, ...(await host.exec(`echo 1 >${path}`)) }).toMatchObject({
        path,
        stderr: expect.stringMatching(/denied|Read-only/),
      });
    }
    expect((await host.exec('mount -o remount,bind,rw /usr && touch /usr/bin/x')).code).not.toBe(0);
    await host.exec('mount -t tmpfs tmpfs /mnt; hostname other; echo 1 >/etc/passwd; echo 1 >/run/x');
    expect(machine()).toEqual(before);
  });

  it('does not see the processes of the machine, nor of another host', async () => {
    await fleet.host('two').exec('setsid sleep 4321 >/dev/null 2>&1 & :');
    const names = await said('cat /proc/[0-9]*/comm');
    expect(names.split('\n')).toEqual(expect.arrayContaining(['systemd', 'dockerd']));
    expect(names).not.toMatch(/node|sleep/);
  });

  it('gives a snapshot that changes with the host only', async () => {
    await host.exec('docker run -d --name web busybox sleep 1000');
    const snapshot = await host.snapshot();
    expect(await host.snapshot()).toBe(snapshot);
    const differences = [
      'mount -t tmpfs x /srv',
      'echo >/etc/sysctl.d/x.conf',
      'spawn -m private sleep 9999',
      'docker rm -f web',
    ];
    const seen = [snapshot];
    for (const command of differences) {
      await host.exec(command);
      seen.push(await host.snapshot());
    }
    expect(new Set(seen).size).toBe(1 + differences.length);
  });
});

describe.skipIf(reason)('the end of a simulated host', () => {
  it('leaves no process, whatever runs in it', async () => {
    const fleet = await bootFleet([{ name: 'one', personality: old }]);
    const { init } = fleet.host('one');
    await fleet
      .host('one')
      .exec('trap "" HUP TERM; setsid sleep 1000 >/dev/null 2>&1 & setsid unshare -m sleep 1000 >/dev/null 2>&1 &');
    const namespace = pidNamespace(init);
    expect(processesIn(namespace).length).toBeGreaterThan(4);
    await fleet.close();
    expect(processesIn(namespace)).toEqual([]);
    expect(existsSync(fleet.directory)).toBe(false);
  });

  it('comes with the end of its owner, even by SIGKILL', async () => {
    const owner = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'owner.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: owner.stdout }), 'line');
    const [init = '', directory = ''] = String(line).split(' ');
    const namespace = pidNamespace(init);
    const ended = once(watch(init), 'close');
    owner.kill('SIGKILL');
    await ended;
    expect(processesIn(namespace)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it('is told with its reason when it does not even begin', async () => {
    const mayDetach = "'; echo 'no such kernel' >&2; exit 7 #";
    const broken = { ...old, mayDetach } as unknown as Personality;
    await expect(bootFleet([{ name: 'one', personality: broken }])).rejects.toThrow(
      'the simulated host one did not come up: no such kernel',
    );
  });
});

describe.skipIf(reason)('a machine that does not allow user namespaces', () => {
  it('is told what to do', () => {
    const tell = `import('${join(import.meta.dirname, 'available.ts')}').then((m) => console.log(m.simAvailable()))`;
    const forbidden = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"';
    const node = [process.execPath, '--import', 'tsx', '-e', tell];
    const { stdout } = spawnSync('unshare', ['--user', '--map-root-user', 'sh', '-c', forbidden, 'sh', ...node], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('user namespaces are not allowed here: sudo sysctl -w user.max_user_namespaces=15000\n');
  });
});

describe.skipIf(reason)('forty simulated hosts at once', () => {
  it('come up, each by itself', async () => {
    const specs = Array.from({ length: 40 }, (_, i) => ({ name: `h${i}`, personality: i % 2 ? old : modern }));
    const fleet = await bootFleet(specs);
    try {
      const names = await Promise.all(
        fleet.hosts.map(async (host) => (await host.exec('hostname; systemctl is-active docker')).stdout),
      );
      expect(names.toSorted()).toEqual(specs.map(({ name }) => `${name}\nactive\n`).toSorted());
    } finally {
      await fleet.close();
    }
  });
});
