import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, type SimHost, simAvailable } from './fleet.ts';

const reason = simAvailable();

describe.skipIf(reason)(`systemctl and its neighbours on a simulated host${reason ? `: ${reason}` : ''}`, () => {
  let fleet: Fleet;
  let old: SimHost;
  let modern: SimHost;
  beforeAll(async () => {
    fleet = await bootFleet([
      { name: 'old', personality: personality('el7-1.12.6-devicemapper') },
      { name: 'modern', personality: personality('debian-28.2-overlay2') },
    ]);
    old = fleet.host('old');
    modern = fleet.host('modern');
  });
  afterAll(() => fleet.close());

  /** stdout without its last newline; what does not succeed fails the test. */
  const said = async (host: SimHost, command: string): Promise<string> => {
    const { stdout, stderr, code } = await host.exec(command);
    expect({ command, stderr, code }).toEqual({ command, stderr: '', code: 0 });
    return stdout.trimEnd();
  };
  const show = async (host: SimHost, unit: string, ...properties: string[]): Promise<Record<string, string>> => {
    const words = properties.flatMap((property) => ['-p', property]);
    const lines = (await said(host, `systemctl show ${unit} ${words.join(' ')}`)).split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  };
  const makeUnit = (host: SimHost, name: string, settings: string): Promise<string> =>
    said(
      host,
      `printf '[Service]\\nExecStart=/usr/sbin/${name} -n\\n${settings}' >/etc/systemd/system/${name}.service; systemctl start ${name}`,
    );
  const pidOf = async (host: SimHost, unit: string): Promise<string> =>
    (await show(host, unit, 'MainPID')).MainPID ?? '';
  const namespaceOf = (host: SimHost, pid: string): Promise<string> => said(host, `readlink /proc/${pid}/ns/mnt`);

  it('shows the properties that are asked for, whatever their order', async () => {
    const properties = ['NeedDaemonReload', 'LoadState', 'ActiveState', 'FragmentPath', 'DropInPaths', 'Id'];
    expect(await show(modern, 'docker', ...properties)).toEqual({
      ...{ Id: 'docker.service', LoadState: 'loaded', ActiveState: 'active', DropInPaths: '', NeedDaemonReload: 'no' },
      FragmentPath: expect.stringMatching(/\/systemd\/system\/docker\.service$/),
    });
    expect(await show(modern, 'nothing.service', 'LoadState', 'ActiveState', 'MainPID', 'FragmentPath')).toEqual({
      LoadState: 'not-found',
      ActiveState: 'inactive',
      MainPID: '0',
      FragmentPath: '',
    });
  });

  it('shows what its version of systemd shows', async () => {
    await makeUnit(old, 'chronyd', 'MountFlags=private\\n');
    await makeUnit(modern, 'chronyd', 'MountFlags=private\\n');
    expect(await show(old, 'chronyd', 'MountFlags', 'PrivateMounts')).toEqual({ MountFlags: '262144' });
    expect(await show(modern, 'chronyd', 'MountFlags', 'PrivateMounts')).toEqual({
      MountFlags: 'private',
      PrivateMounts: 'no',
    });
    expect((await old.exec('systemctl show docker --value -p MountFlags')).stderr).toBe(
      "systemctl: unrecognized option '--value'\n",
    );
    expect(await said(modern, 'systemctl show docker --value -p MainPID')).toBe(
      await said(modern, 'cat /run/docker.pid'),
    );
  });

  it.each([
    ['MountFlags=private\\n', false, false],
    ['MountFlags=slave\\n', true, false],
    ['PrivateTmp=yes\\n', true, true],
  ])('gives a service with %s a copy of the mounts that is as systemd makes it', async (settings, receives, shares) => {
    const name = `unit${settings.replace(/\W.*/, '').toLowerCase()}${Number(receives)}`;
    await makeUnit(modern, name, settings);
    const pid = await pidOf(modern, name);
    expect(await namespaceOf(modern, pid)).not.toBe(await namespaceOf(modern, '1'));
    await said(
      modern,
      `mkdir /mnt/${name}; mount -t tmpfs late /mnt/${name}; nsenter -t ${pid} -m mount -t tmpfs own /srv`,
    );
    const line = await modern.exec(`grep " /mnt/${name} " /proc/${pid}/mountinfo`);
    expect(line.code).toBe(receives ? 0 : 1);
    expect(/ shared:\d+ master:\d+ /.test(line.stdout)).toBe(shares);
    expect((await modern.exec('grep " /srv " /proc/self/mountinfo')).stdout).toBe('');
    await said(modern, `umount /mnt/${name}`);
    expect((await modern.exec(`grep " /mnt/${name} " /proc/${pid}/mountinfo`)).stdout).toBe('');
  });

  it('keeps a private copy until the service is restarted, which makes a new one', async () => {
    await said(old, 'mount -t tmpfs leak /mnt');
    await makeUnit(old, 'ntpd', 'MountFlags=private\\n');
    const pid = await pidOf(old, 'ntpd');
    await said(old, 'umount /mnt');
    expect(await said(old, `grep -c " /mnt " /proc/${pid}/mountinfo`)).toBe('1');
    await said(old, 'systemctl restart ntpd');
    const next = await pidOf(old, 'ntpd');
    expect((await old.exec(`kill -0 ${pid}`)).code).toBe(1);
    expect((await old.exec(`grep " /mnt " /proc/${next}/mountinfo`)).stdout).toBe('');
    expect(await said(old, `cat /proc/${next}/comm`)).toBe('ntpd');
    expect(await said(old, `grep name=systemd /proc/${next}/cgroup`)).toBe('1:name=systemd:/system.slice/ntpd.service');
  });

  it('goes by unit files as they were loaded, until daemon-reload', async () => {
    await makeUnit(modern, 'httpd', '');
    const what = ['MountFlags', 'NeedDaemonReload', 'DropInPaths'];
    await said(
      modern,
      'mkdir -p /etc/systemd/system/httpd.service.d /run/systemd/system/httpd.service.d; systemctl daemon-reload',
    );
    await said(modern, "printf '[Service]\\nMountFlags=slave\\n' >/etc/systemd/system/httpd.service.d/20-b.conf");
    await said(modern, "printf '[Service]\\nMountFlags=private\\n' >/run/systemd/system/httpd.service.d/10-a.conf");
    expect(await show(modern, 'httpd', ...what)).toEqual({ MountFlags: '', NeedDaemonReload: 'yes', DropInPaths: '' });
    expect((await modern.exec('systemctl restart httpd')).stderr).toContain('changed on disk');
    expect(await namespaceOf(modern, await pidOf(modern, 'httpd'))).toBe(await namespaceOf(modern, '1'));
    await said(modern, 'systemctl daemon-reload');
    expect(await show(modern, 'httpd', ...what)).toEqual({
      ...{ MountFlags: 'slave', NeedDaemonReload: 'no' },
      DropInPaths: '/run/systemd/system/httpd.service.d/10-a.conf /etc/systemd/system/httpd.service.d/20-b.conf',
    });
    await said(modern, 'systemctl restart httpd');
    expect(await namespaceOf(modern, await pidOf(modern, 'httpd'))).not.toBe(await namespaceOf(modern, '1'));
  });

  it('does not notice drop-ins in a directory that is new to it', async () => {
    await makeUnit(modern, 'named', '');
    await said(
      modern,
      "mkdir /etc/systemd/system/named.service.d; printf '[Service]\\nMountFlags=slave\\n' >/etc/systemd/system/named.service.d/a.conf",
    );
    expect(await show(modern, 'named', 'NeedDaemonReload')).toEqual({ NeedDaemonReload: 'no' });
  });

  it('tells whether a unit is active, has failed, or is not there', async () => {
    await makeUnit(modern, 'crond', '');
    expect(await modern.exec('systemctl is-active -q crond')).toEqual({ stdout: '', stderr: '', code: 0 });
    await said(modern, `kill -KILL ${await pidOf(modern, 'crond')}; until ! systemctl is-active -q crond; do :; done`);
    expect(await modern.exec('systemctl is-active crond')).toMatchObject({ stdout: 'failed\n', code: 3 });
    await said(modern, 'systemctl reset-failed crond');
    expect(await modern.exec('systemctl is-active crond')).toMatchObject({ stdout: 'inactive\n', code: 3 });
    expect(await modern.exec('systemctl start nothing')).toMatchObject({
      stderr: 'Failed to start nothing.service: Unit nothing.service not found.\n',
      code: 5,
    });
    await said(modern, 'ln -s /dev/null /etc/systemd/system/masked.service');
    expect(await modern.exec('systemctl start masked')).toMatchObject({
      stderr: 'Failed to start masked.service: Unit masked.service is masked.\n',
      code: 1,
    });
    expect(await modern.exec('systemctl frobnicate')).toMatchObject({
      stderr: 'Unknown operation frobnicate.\n',
      code: 1,
    });
  });

  it('restarts docker in the namespace that the unit asks for', async () => {
    const before = await pidOf(modern, 'docker');
    expect(await namespaceOf(modern, before)).toBe(await namespaceOf(modern, '1'));
    await said(
      modern,
      "mkdir /etc/systemd/system/docker.service.d; printf '[Service]\\nMountFlags=slave\\n' >/etc/systemd/system/docker.service.d/slave.conf",
    );
    await said(modern, 'systemctl daemon-reload; systemctl restart docker');
    const after = await pidOf(modern, 'docker');
    expect(after).not.toBe(before);
    expect(await namespaceOf(modern, after)).not.toBe(await namespaceOf(modern, '1'));
    expect(await said(modern, `journalctl _PID=${after} -n 1 -o cat`)).toBe(
      'Started Docker Application Container Engine.',
    );
    expect(await said(modern, `cat /proc/${after}/comm /proc/${after}/cgroup`)).toBe(
      'dockerd\n0::/system.slice/docker.service',
    );
  });

  it('passes a restart on to the units that depend on it', async () => {
    await makeUnit(modern, 'base', '');
    await makeUnit(modern, 'above', '[Unit]\\nPartOf=other.service base.service\\n');
    const before = await pidOf(modern, 'above');
    expect(await show(modern, 'base.service', 'ConsistsOf', 'RequiredBy')).toEqual({
      ConsistsOf: 'above.service',
      RequiredBy: '',
    });
    await said(modern, 'systemctl restart -- base');
    expect(await pidOf(modern, 'above')).not.toBe(before);
  });

  it('reboots: what ran or was mounted is gone, what is enabled runs again', async () => {
    const personal = personality('el7-17.06-overlay2');
    await fleet.add({ name: 'rebooted', personality: personal });
    const host = fleet.host('rebooted');
    const look = () => host.exec('cat /proc/sys/kernel/random/boot_id; systemctl is-system-running');
    const [before] = (await look()).stdout.split('\n');
    await makeUnit(host, 'chronyd', 'MountFlags=private\\n');
    await said(
      host,
      'mount -t tmpfs "with blank" /srv; echo >/run/x; echo >/etc/x; spawn backup; docker run -d --name web busybox',
    );
    await said(host, 'sysctl -w fs.may_detach_mounts=1; systemctl is-enabled docker; systemctl reboot');
    let after = await look();
    while (after.stdout.startsWith(`${before}`) || after.code !== 0) after = await look();
    expect(await said(host, 'cat /proc/[0-9]*/comm | sort -u')).not.toMatch(/chronyd|backup|^sleep/m);
    expect(await said(host, 'grep -c " /srv " /proc/self/mountinfo; ls /run/x /etc/x 2>/dev/null; true')).toBe(
      '0\n/etc/x',
    );
    expect(await said(host, 'cat /proc/sys/fs/may_detach_mounts; systemctl is-active docker')).toBe('0\nactive');
    expect(await said(host, "docker ps -a --format '{{.Names}} {{.Status}}'")).toMatch(/^web Exited /);
    expect(await host.exec('systemctl is-active chronyd; systemctl is-enabled chronyd')).toMatchObject({
      stdout: 'inactive\ndisabled\n',
      code: 1,
    });
  });

  it('has journalctl and dmesg print what was logged', async () => {
    await said(
      old,
      "log tool.service tool 'first\tline'; log tool.service tool second; log kernel kernel 'device-mapper: thin: Deletion of thin device 7 failed.'",
    );
    expect(await said(old, 'journalctl -u tool -o cat --no-pager')).toBe('first\tline\nsecond');
    expect(await said(old, 'journalctl -u tool -n 1')).toMatch(/^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d old tool: second$/);
    expect(await said(old, 'journalctl -k -o short-iso --since -1h')).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000 old kernel: device-mapper: thin: /,
    );
    expect(await said(old, 'journalctl --since 2100-01-01 -u tool')).toBe('');
    expect((await old.exec('journalctl --grep x')).stderr).toBe("journalctl: unrecognized option '--grep'\n");
    expect(await said(old, 'dmesg')).toMatch(
      /^\[ *\d+\.\d{6}\] device-mapper: thin: Deletion of thin device 7 failed\.$/,
    );
    const [, weekday = '', moment = ''] = /^\[(...) (.{20})\] device-mapper/.exec(await said(old, 'dmesg -T')) ?? [];
    const logged = new Date(`${moment} UTC`);
    expect(Math.abs(Date.now() - logged.getTime())).toBeLessThan(120_000);
    expect(logged.toUTCString().startsWith(weekday)).toBe(true);
  });

  it('lets sysctl write what the personality’s kernel has, and nothing else', async () => {
    const detach = personality('el7-17.06-overlay2');
    await fleet.add({ name: 'detach', personality: detach });
    const host = fleet.host('detach');
    expect(await said(host, 'sysctl fs.may_detach_mounts')).toBe('fs.may_detach_mounts = 0');
    expect(await said(host, 'sysctl -w fs.may_detach_mounts=1; cat /proc/sys/fs/may_detach_mounts')).toBe(
      'fs.may_detach_mounts = 1\n1',
    );
    await said(host, 'echo fs.may_detach_mounts=0 >/etc/sysctl.d/99-x.conf; sysctl --system');
    expect(await said(host, 'cat /proc/sys/fs/may_detach_mounts')).toBe('0');
    expect((await modern.exec('sysctl -w fs.may_detach_mounts=1')).code).toBe(255);
    expect((await modern.exec('echo 1 >/proc/sys/fs/may_detach_mounts')).stderr).toMatch(/Read-only|denied/);
  });
});
