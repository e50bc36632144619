import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, labAvailable, labUp } from './lab.ts';
import { applied, byHost, outcome, planned, runId, type Told, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, config-files: skipped, ${reason}`);

const daemonJson = '/etc/docker/daemon.json';

describe.skipIf(reason)('kernel settings and daemon.json on real hosts', () => {
  let lab: Lab;
  let unwedge: Unwedge;
  beforeAll(async () => {
    lab = await labUp(2, 'config');
    unwedge = new Unwedge();
    await Promise.all(['host1', 'host2'].map((host) => lab.reset(host)));
  });
  afterAll(() => lab?.down());

  const on = (host: string, command: string) => lab.exec(host, command).then(({ stdout }) => stdout);
  const run = (playbook: string, host: string, ...flags: string[]) =>
    unwedge.run(playbook, '-i', lab.inventory, '-l', host, ...flags);
  const notes = ({ events }: Told) => events.flatMap((e) => (e.type === 'step.planned' ? e.notes : []));
  const files = (host: string) =>
    on(
      host,
      'find /etc/docker /etc/sysctl.d -printf "%p %m %U %G %y\\n" | sort; find /etc/docker /etc/sysctl.d -type f -exec sha256sum {} + | sort',
    );

  /** What check says, run does; a dry run changes nothing, a second one finds nothing to do. */
  async function runAsPredicted(playbook: string, host: string): Promise<Told> {
    const before = await lab.snapshot(host);
    const predicted = await run(playbook, host, '--check');
    expect(await lab.snapshot(host)).toBe(before);
    const told = await run(playbook, host);
    expect(told.code).toBe(0);
    expect(byHost(applied(told))).toEqual(byHost(planned(predicted)));
    expect(planned(await run(playbook, host, '--check'))).toEqual([]);
    return told;
  }

  async function expectRefused(playbook: string, host: string, why: RegExp): Promise<void> {
    const before = await lab.snapshot(host);
    for (const told of [await run(playbook, host, '--check'), await run(playbook, host)]) {
      expect(told.code).toBe(2);
      expect(outcome(told, host)?.reason?.message).toMatch(why);
      expect([planned(told), applied(told)]).toEqual([[], []]);
    }
    expect(await lab.snapshot(host)).toBe(before);
  }

  function playbookOf(steps: string): string {
    const file = join(mkdtempSync(join(tmpdir(), 'unwedge-playbook-')), 'play.yaml');
    writeFileSync(file, `- name: A test's own\n  hosts: all\n  on_failure: rollback_host\n  steps:\n${steps}`);
    return file;
  }

  describe('playbooks/detach-mounts.yaml', () => {
    const playbook = 'playbooks/detach-mounts.yaml';
    const path = '/etc/sysctl.d/60-unwedge-fs.may_detach_mounts.conf';
    const setting = '/proc/sys/fs/may_detach_mounts';

    test('a kernel without the setting: ok with a note, nothing written', async () => {
      const before = await lab.snapshot('host1');
      for (const told of [await run(playbook, 'host1', '--check'), await run(playbook, 'host1')]) {
        expect(told.code).toBe(0);
        expect([planned(told), applied(told)]).toEqual([[], []]);
        expect(notes(told)).toEqual([expect.stringMatching(/has no fs.may_detach_mounts: since 3.18 a kernel always/)]);
      }
      expect(await lab.snapshot('host1')).toBe(before);
    });

    test('one with it, in the place of the real one: set now and at boot, and taken back', async () => {
      // Only this host's mount namespace sees it.
      await on('host1', `mkdir /run/fs && echo 0 >/run/fs/may_detach_mounts && mount --bind /run/fs /proc/sys/fs`);
      try {
        const filesBefore = await files('host1');
        const told = await runAsPredicted(playbook, 'host1');
        expect(applied(told).map(({ resource, after }) => [resource, after])).toEqual([
          ['sysctl fs.may_detach_mounts', '1'],
          [`file ${path}`, expect.anything()],
        ]);
        expect(await on('host1', `cat ${setting}; tail -n 1 ${path}`)).toBe('1\nfs.may_detach_mounts = 1\n');
        expect((await unwedge.rollback(runId(told))).code).toBe(0);
        expect(await on('host1', `cat ${setting}`)).toBe('0\n');
        expect(await files('host1')).toBe(filesBefore);
      } finally {
        await on('host1', 'umount /proc/sys/fs; rm -r /run/fs');
      }
    });
  });

  describe('sysctl, with a setting that each host has for itself', () => {
    const path = '/etc/sysctl.d/60-unwedge-kernel.msgmax.conf';
    const setting = '/proc/sys/kernel/msgmax';
    const playbook = playbookOf('    - sysctl: { name: kernel.msgmax, value: 16384 }\n');
    afterEach(() => on('host1', `echo 8192 >${setting}; rm -f /etc/sysctl.d/*-unwedge-* /etc/sysctl.d/99-z.conf`));

    test('the file makes it so at boot', async () => {
      const told = await runAsPredicted(playbook, 'host1');
      expect(applied(told)).toHaveLength(2);
      await on('host1', `echo 8192 >${setting}; /lib/systemd/systemd-sysctl`);
      expect(await on('host1', `cat ${setting}`)).toBe('16384\n');
    });

    test('each half is changed only if need be', async () => {
      await on('host1', `echo 16384 >${setting}`);
      expect(applied(await runAsPredicted(playbook, 'host1')).map(({ resource }) => resource)).toEqual([
        `file ${path}`,
      ]);
    });

    test('a file that systemd reads later is told: it does win at boot', async () => {
      await on('host1', 'echo "kernel/msgmax=9000" >/etc/sysctl.d/99-z.conf');
      const told = await run(playbook, 'host1');
      expect(told.code).toBe(0);
      expect(notes(told)[0]).toMatch(/^\/etc\/sysctl.d\/99-z.conf sets kernel.msgmax to 9000, and is read after/);
      await on('host1', '/lib/systemd/systemd-sysctl');
      expect(await on('host1', `cat ${setting}`)).toBe('9000\n');
    });

    test('what somebody has set since is kept, and the rollback says that it is not complete', async () => {
      const told = await run(playbook, 'host1');
      await on('host1', `echo 12345 >${setting}; chmod 600 ${path}`);
      const filesBefore = await files('host1');
      const back = await unwedge.rollback(runId(told));
      expect(back.code).toBe(20);
      expect(outcome(back, 'host1')?.rollback?.failed.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/another mode or owner since: kept/),
        expect.stringMatching(/set to 12345 since: kept/),
      ]);
      expect(await on('host1', `cat ${setting}`)).toBe('12345\n');
      expect(await files('host1')).toBe(filesBefore);
    });

    test('a value that the kernel refuses: the host fails, and nothing is left of it', async () => {
      const before = await files('host1');
      const told = await run(playbookOf('    - sysctl: { name: kernel.msgmax, value: many }\n'), 'host1');
      expect(told.code).toBe(2);
      expect(outcome(told, 'host1')).toMatchObject({ status: 'failed', rollback: { failed: [] } });
      expect(await on('host1', `cat ${setting}`)).toBe('8192\n');
      expect(await files('host1')).toBe(before);
    });
  });

  describe('playbooks/live-restore.yaml', () => {
    const playbook = 'playbooks/live-restore.yaml';
    afterEach(() => lab.reset('host1'));

    const liveRestore = (host: string) =>
      on(host, "docker info -f '{{.LiveRestoreEnabled}}'").then((text) => text.trim());
    const startWeb = (host: string) => on(host, 'docker run -d --name web --network none lab/busybox:1 sleep 100000');
    const pidOf = (host: string, container: string) => on(host, `docker inspect -f '{{.State.Pid}}' ${container}`);
    const dockerd = (host: string) => on(host, 'cat /run/docker.pid');

    test.each(['host1', 'host2'])(
      '%s: on without a restart; containers outlive one then, docker exec works; a rollback takes it back',
      async (host) => {
        await startWeb(host);
        await on(host, `chmod 640 ${daemonJson}; chown 7:8 ${daemonJson}; echo >>${daemonJson}`);
        const [filesBefore, web, daemon] = [await files(host), await pidOf(host, 'web'), await dockerd(host)];
        const told = await runAsPredicted(playbook, host);
        expect(applied(told).map(({ resource }) => resource)).toEqual([`file ${daemonJson}`, 'dockerd configuration']);
        expect([await liveRestore(host), await dockerd(host)]).toEqual(['true', daemon]);

        await on(host, 'systemctl restart docker');
        expect(await dockerd(host)).not.toBe(daemon);
        expect([await pidOf(host, 'web'), await liveRestore(host)]).toEqual([web, 'true']);
        expect(await on(host, 'docker exec -u root web echo it works')).toBe('it works\n');
        expect(planned(await run(playbook, host, '--check'))).toEqual([]);

        expect((await unwedge.rollback(runId(told))).code).toBe(0);
        expect(await files(host)).toBe(filesBefore);
        expect([await pidOf(host, 'web'), await liveRestore(host)]).toEqual([web, 'false']);
        expect(await on(host, 'docker exec -u root web echo it works')).toBe('it works\n');
      },
    );

    test('no daemon.json at all: made, and gone again', async () => {
      await on('host1', `rm ${daemonJson}`);
      const filesBefore = await files('host1');
      const told = await runAsPredicted(playbook, 'host1');
      expect(await on('host1', `cat ${daemonJson}`)).toBe('{\n  "live-restore": true\n}\n');
      expect(await liveRestore('host1')).toBe('true');
      expect((await unwedge.rollback(runId(told))).code).toBe(0);
      expect(await files('host1')).toBe(filesBefore);
      expect(await liveRestore('host1')).toBe('false');
    });

    test('a file that says so already: dockerd takes it, the file stays', async () => {
      await on('host1', `sed -i 's/{/{"live-restore": true, /' ${daemonJson}`);
      const filesBefore = await files('host1');
      const told = await runAsPredicted(playbook, 'host1');
      expect(applied(told).map(({ resource }) => resource)).toEqual(['dockerd configuration']);
      expect(await files('host1')).toBe(filesBefore);
    });

    test('what somebody has changed since is kept, and the rollback says that it is not complete', async () => {
      const told = await run(playbook, 'host1');
      await on('host1', `sed -i 's/{/{"debug": true, /' ${daemonJson}`);
      const filesBefore = await files('host1');
      const back = await unwedge.rollback(runId(told));
      expect(back.code).toBe(20);
      expect(outcome(back, 'host1')?.rollback?.failed[0]?.reason).toMatch(/changed since: kept/);
      expect(await files('host1')).toBe(filesBefore);
    });

    test('MountFlags=slave: refused before anything is written, with the reason', async () => {
      expect((await run('playbooks/mountflags-slave.yaml', 'host1')).code).toBe(0);
      await expectRefused(playbook, 'host1', /^dockerd runs in a mount namespace of its own \(MountFlags=slave\)/);
      // Nor is it taken from a file that somebody has written since.
      await on('host1', `sed -i 's/{/{"live-restore": true, /' ${daemonJson}`);
      await expectRefused(playbook, 'host1', /^dockerd runs in a mount namespace of its own/);
    });

    test.each([
      ['no JSON', `printf '{\\n "debug": tru }' >${daemonJson}`, /daemon.json is not valid: .*\(line 2, column 11\)/],
      [
        'an option that is a flag as well',
        `printf '{ "hosts": ["unix:///x"] }' >${daemonJson}`,
        /also given as a flag: hosts/,
      ],
      [
        'an option that dockerd does not know',
        `printf '{ "debgu-option": 1 }' >${daemonJson}`,
        /does not know: debgu-option/,
      ],
      ['a symbolic link', `mv ${daemonJson} /etc/docker/x; ln -s x ${daemonJson}`, /is a symbolic link/],
      ['immutable', `chattr +i ${daemonJson}`, /is immutable or append-only/],
    ])('a daemon.json that it must not write (%s): refused', async (_, make, why) => {
      await on('host1', make);
      try {
        await expectRefused(playbook, 'host1', why);
      } finally {
        await on('host1', `chattr -i ${daemonJson}`);
      }
    });
  });
});
