import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, labAvailable, labUp, withoutSwitch } from './lab.ts';
import { applied, byHost, outcome, planned, runId, type Told, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, mountflags-slave: skipped, ${reason}`);

const playbook = 'playbooks/mountflags-slave.yaml';
const dropin = '/etc/systemd/system/docker.service.d/10-unwedge.conf';

describe.skipIf(reason)('playbooks/mountflags-slave.yaml on real hosts', () => {
  let lab: Lab;
  let unwedge: Unwedge;
  beforeAll(async () => {
    lab = await labUp(2, 'slave');
    unwedge = new Unwedge();
    await Promise.all(['host1', 'host2'].map((host) => lab.reset(host)));
  });
  afterEach(() => lab.reset('host1'));
  afterAll(() => lab?.down());

  const on = (host: string, command: string) => lab.exec(host, command).then(({ stdout }) => stdout);
  const run = (host: string, ...flags: string[]) => unwedge.run(playbook, '-i', lab.inventory, '-l', host, ...flags);
  const files = (host: string) =>
    on(
      host,
      'find /etc/systemd /etc/docker -printf "%p %m %U %G %y\\n" | sort; find /etc/systemd /etc/docker -type f -exec sha256sum {} + | sort',
    ).then(withoutSwitch);
  const namespaces = (host: string) =>
    on(host, 'readlink /proc/1/ns/mnt /proc/$(cat /run/docker.pid)/ns/mnt').then((text) => text.trim().split('\n'));
  const startsContainers = (host: string) => on(host, 'docker run --rm --network none lab/busybox:1 echo it starts');

  test('its own containerd: dockerd gets its own namespace, containers start, and a rollback takes all of it back', async () => {
    const before = await lab.snapshot('host1');
    const predicted = await run('host1', '--check');
    expect(await lab.snapshot('host1')).toEqual(before);
    const filesBefore = await files('host1');

    const told = await run('host1');
    expect(told.code).toBe(0);
    expect(byHost(applied(told))).toEqual(byHost(planned(predicted)));
    expect(applied(told)).toHaveLength(3);
    const [init, dockerd] = await namespaces('host1');
    expect(dockerd).not.toBe(init);
    expect(await startsContainers('host1')).toBe('it starts\n');
    expect(planned(await run('host1', '--check'))).toEqual([]);

    const back = await unwedge.rollback(runId(told), tmpdir());
    expect(back.code).toBe(0);
    expect(await files('host1')).toBe(filesBefore);
    const [initAfter, dockerdAfter] = await namespaces('host1');
    expect(dockerdAfter).toBe(initAfter);
    expect(await startsContainers('host1')).toBe('it starts\n');
    expect((await unwedge.rollback(runId(told))).stdout).toMatch(/^nothing to undo/);
  });

  test('a drop-in that was there before comes back with its bytes, mode and owner', async () => {
    await on(
      'host1',
      `mkdir -p ${dropin.replace(/\/[^/]*$/, '')}; printf '[Service]\\n# \\303\\251 \\001\\nTimeoutStopSec=77' >${dropin}; chmod 640 ${dropin}; chown 7:8 ${dropin}; systemctl daemon-reload`,
    );
    const filesBefore = await files('host1');
    const told = await run('host1');
    expect(told.code).toBe(0);
    expect(await files('host1')).not.toBe(filesBefore);
    expect((await unwedge.rollback(runId(told))).code).toBe(0);
    expect(await files('host1')).toBe(filesBefore);
    expect(await on('host1', 'systemctl show docker -p TimeoutStopUSec')).toBe('TimeoutStopUSec=1min 17s\n');
  });

  test('what somebody has changed since is kept, and the rollback says that it is not complete', async () => {
    const told = await run('host1');
    await on('host1', `echo '# mine' >>${dropin}`);
    const filesBefore = await files('host1');
    const back = await unwedge.rollback(runId(told));
    expect(back.code).toBe(20);
    expect(outcome(back, 'host1')?.rollback?.failed[0]?.reason).toMatch(/changed since: kept/);
    expect(await files('host1')).toBe(filesBefore);
  });

  test('a separate containerd: refused before anything is written, with the reason', async () => {
    await expectRefused('host2', /^containerd is a service of its own/);
  });

  test('live-restore, on or to come with the next start: refused before anything is written, with the reason', async () => {
    await on('host1', `sed -i 's/{/{"live-restore": true, /' /etc/docker/daemon.json`);
    await expectRefused('host1', /^live-restore is on .*daemon.json/);
    await on('host1', 'systemctl restart docker');
    await expectRefused('host1', /^live-restore is on/);
  });

  test.each([
    ['no JSON', '{ "debug": tru', /is not valid/],
    ['an option that dockerd does not know', '{ "debgu-option": true }', /does not know: debgu-option/],
    ['an option that is a flag as well', '{ "hosts": ["unix:///x"] }', /also given as a flag: hosts/],
  ])(
    'a daemon.json that would keep dockerd from starting (%s): it is never stopped, the drop-in is taken back',
    async (_, text, why) => {
      await on('host1', `printf '%s' '${text}' >/etc/docker/daemon.json`);
      const before = await lab.snapshot('host1');
      const told = await run('host1');
      expect(told.code).toBe(2);
      expect(outcome(told, 'host1')?.reason?.message).toMatch(why);
      expect(outcome(told, 'host1')?.rollback).toMatchObject({ failed: [], irreversible: [] });
      expect(await lab.snapshot('host1')).toBe(before);
      expect(await startsContainers('host1')).toBe('it starts\n');
    },
  );

  test('a restart that fails: rolled back byte for byte, and the daemon runs again', async () => {
    const filesBefore = await files('host1');
    const told = await unwedge.run(breakingPlaybook(), '-i', lab.inventory, '-l', 'host1');
    expect(told.code).toBe(2);
    expect(outcome(told, 'host1')).toMatchObject({ status: 'failed', rollback: { failed: [] } });
    expect(await files('host1')).toBe(filesBefore);
    expect(await on('host1', 'systemctl is-active docker')).toBe('active\n');
    expect(await startsContainers('host1')).toBe('it starts\n');
  });

  test('a daemon.json that only a start finds fault with: rolled back as far as it goes, and said so', async () => {
    await on('host1', `printf '{ "storage-driver": "nope" }' >/etc/docker/daemon.json`);
    const filesBefore = await files('host1');
    const told = await run('host1');
    expect(told.code).toBe(20);
    expect(outcome(told, 'host1')?.rollback?.failed[0]?.reason).toMatch(/driver not supported/);
    expect(await files('host1')).toBe(filesBefore);
  });

  /** The drop-in makes dockerd a program that ends at once. */
  function breakingPlaybook(): string {
    const file = join(mkdtempSync(join(tmpdir(), 'unwedge-playbook-')), 'break.yaml');
    writeFileSync(
      file,
      `- name: Break dockerd
  hosts: all
  on_failure: rollback_host
  steps:
    - dropin: { unit: docker.service, name: 20-break, settings: { Service: { ExecStart: ["", /bin/false], MountFlags: slave } } }
    - daemon_reload: { unit: docker.service }
    - restart: { unit: docker.service, wait: 5 }
`,
    );
    return file;
  }

  async function expectRefused(host: string, why: RegExp): Promise<void> {
    const before = await lab.snapshot(host);
    for (const told of [await run(host, '--check'), await run(host)] satisfies Told[]) {
      expect(told.code).toBe(2);
      expect(outcome(told, host)?.reason?.message).toMatch(why);
      expect([planned(told), applied(told)]).toEqual([[], []]);
    }
    expect(await lab.snapshot(host)).toBe(before);
  }
});
