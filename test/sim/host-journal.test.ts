import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Call } from '../unwedge.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, host's journal: skipped, ${reason}`);

const DROPIN = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
/** A drop-in, and a file that another of the host's people may change. */
const STEPS = `
  steps:
    - name: Drop-in
      dropin: { unit: docker.service, name: 10-unwedge, settings: { Service: { TimeoutStopSec: 77 } } }
    - name: Load it
      daemon_reload: { unit: docker.service }
    - name: Sysctl file
      daemon_json: { merge: { debug: true } }
    - name: Restart
      restart: { unit: docker.service, config: [/etc/docker/daemon.json] }
`;
/** Waits for a file in the end, for longer than any test. */
const HANGS = `
    - name: Hang
      command: { check: test -e /root/go, run: "until test -e /root/go; do sleep 0.1; done" }
`;

describe.skipIf(reason)("a host's own journal of a run", () => {
  let fleet: Fleet;
  let count = 0;
  beforeAll(async () => {
    fleet = await bootFleet([{ name: 'h1', personality: personality('debian-20.10-overlay2') }]);
  });
  afterAll(() => fleet.close());
  beforeEach(() => on('umount /var/lib/unwedge 2>/dev/null; rm -rf /root/go /var/lib/unwedge'));

  const on = (command: string): Promise<string> => fleet.host('h1').tell(command);

  const start = (state: string, ...args: readonly string[]) =>
    new Call([...args, '--state-dir', join(fleet.directory, state)], { stdin: '' });
  async function unwedge(state: string, ...args: readonly string[]) {
    const { code, stdout, stderr } = await start(state, ...args).told();
    return { code, output: stdout + stderr };
  }

  function playbook(steps: string, rollout = ''): string {
    const file = join(fleet.directory, `play-${count++}.yaml`);
    writeFileSync(file, `- hosts: all\n${rollout}${steps}`);
    return file;
  }
  const run = (state: string, steps: string, rollout = '') =>
    unwedge(state, 'run', playbook(steps, rollout), '-i', fleet.inventory, '--output', 'plain');
  /** A controller whose host is armed, and hangs in a change. */
  async function armed(state: string, within: number) {
    const play = playbook(STEPS + HANGS, `  rollout: { confirm_within: ${within} }\n`);
    const controller = start(state, 'run', play, '-i', fleet.inventory, '--output', 'json');
    await until('grep -q "^[^\t]*\tbegun\t4" /var/lib/unwedge/runs/*/log 2>/dev/null');
    return controller;
  }
  const runId = (state: string): string =>
    readdirSync(join(fleet.directory, state, 'runs'))
      .sort()
      .at(-1) ?? '';
  const journal = (state: string): string => `/var/lib/unwedge/runs/${runId(state)}`;
  /** What dockerd runs with, and its files. */
  const facts = () =>
    on(
      `cat ${DROPIN} /etc/docker/daemon.json 2>&1; systemctl show docker -p DropInPaths -p NeedDaemonReload; docker ps -q`,
    );
  /** Until the host itself says so; at most a minute. */
  const until = (test: string) =>
    on(`for _ in $(seq 600); do ${test} && exit; sleep 0.1; done; cat /var/lib/unwedge/runs/*/log >&2; exit 1`);

  test('takes it back without unwedge: sh undo.sh', async () => {
    const before = await facts();
    expect(await run('a', STEPS)).toMatchObject({ code: 0 });
    expect(await facts()).not.toBe(before);
    const pid = await on('cat /run/docker.pid');
    expect(await on(`stat -c %a ${journal('a')} ${journal('a')}/0.sh | tr '\\n' ' '`)).toBe('700 600');
    await on(`sh ${journal('a')}/undo.sh`);
    expect(await facts()).toBe(before);
    // It was restarted with what is back.
    expect(await on('cat /run/docker.pid')).not.toBe(pid);
    const log = await on(`cut -f 2,3 ${journal('a')}/log | tail -n 9 | tr '\\t\\n' ' ,'`);
    expect(log).toBe('undoing 2,undone 2,undoing 0,undone 0,undoing 1,undone 1,undoing 3,undone 3,taken-back,');
    // A controller knows it then, and does nothing twice.
    const back = await unwedge('a', 'rollback', runId('a'), '--output', 'plain');
    expect(back.code).toBe(0);
    expect(await facts()).toBe(before);
  });

  test('is enough for another controller, which keeps what somebody has changed since', async () => {
    const before = await facts();
    await run('b', STEPS);
    await on(`echo '# mine' >>${DROPIN}`);
    const shown = await unwedge('other', 'runs', 'show', runId('b'), '-i', fleet.inventory);
    expect(shown.output).toMatch(/^h1: confirmed\n {2}applied +write \S+10-unwedge.conf$/m);
    const back = await unwedge('other', 'rollback', runId('b'), '-i', fleet.inventory, '--output', 'plain');
    expect(back.output).toMatch(/failed to undo +write \S+10-unwedge.conf: .*has been changed since: kept as it is/);
    expect(back.code).toBe(20);
    expect(await on(`tail -n 1 ${DROPIN}`)).toBe('# mine');
    expect(await on('cat /etc/docker/daemon.json 2>&1 || true')).not.toContain('debug');
    await on(`sed -i '$d' ${DROPIN}`);
    expect(await unwedge('other', 'rollback', runId('b'), '-i', fleet.inventory)).toMatchObject({ code: 0 });
    expect(await facts()).toBe(before);
  });

  test('cannot be written: nothing is changed, and the step says so', async () => {
    const before = await facts();
    await on('mkdir -p /var/lib/unwedge && mount -t tmpfs -o ro none /var/lib/unwedge');
    const { code, output } = await run('c', STEPS);
    expect({ code, output }).toMatchObject({
      code: 2,
      output: expect.stringMatching(/can't be written \(Read-only file system\), so nothing was changed/),
    });
    await on('umount /var/lib/unwedge && mount -t tmpfs -o size=12k none /var/lib/unwedge');
    const full = await run('c', STEPS);
    expect(full.output).toMatch(/can't be written \(No space left on device\), so nothing was changed/);
    await on('umount /var/lib/unwedge');
    expect(await facts()).toBe(before);
  });

  test('a controller that dies leaves no host changed: it takes itself back', async () => {
    const before = await facts();
    const controller = await armed('d', 15);
    expect(await on('ls -d /etc/systemd/system/multi-user.target.wants/unwedge-boot-*')).toContain(runId('d'));
    controller.kill('SIGKILL');
    await controller.ended;
    await until('grep -q taken-back /var/lib/unwedge/runs/*/log');
    expect(await facts()).toBe(before);
    expect(await on('ls /etc/systemd/system/multi-user.target.wants')).not.toContain('unwedge');
    const shown = await unwedge('other', 'runs', 'show', runId('d'), '-i', fleet.inventory);
    expect(shown.output).toContain('h1: was not confirmed in time, and has taken the run back itself');
    expect(shown.output).toMatch(/^ {2}undone +write \S+10-unwedge.conf$/m);
  });

  /** The host goes down and comes up again; what runs at that moment goes down with it. */
  async function reboot(): Promise<void> {
    const boot = await on('cat /sim/state/boot_id');
    await fleet.host('h1').exec('systemctl reboot');
    const isBack = `[ "$(cat /sim/state/boot_id)" != "${boot}" ] && [ ! -e /sim/state/transition ]`;
    while ((await fleet.host('h1').exec(isBack)).code !== 0);
  }

  test('survives a reboot: the host takes itself back after it', async () => {
    const before = await facts();
    const controller = await armed('e', 15);
    controller.kill('SIGKILL');
    await controller.ended;
    await reboot();
    await until('grep -q taken-back /var/lib/unwedge/runs/*/log');
    expect(await facts()).toBe(before);
  });

  test('survives a reboot without systemd, by cron', async () => {
    const before = await facts();
    await on('mv /run/systemd/system /run/systemd/away; mkdir -p /etc/cron.d');
    const controller = await armed('g', 15);
    controller.kill('SIGKILL');
    await controller.ended;
    await reboot();
    // As cron(8) does at boot, in a shell without a terminal.
    const line = await on("sed -n 's/^@reboot root //p' /etc/cron.d/unwedge-boot-*");
    await on(`mkdir -p /run/systemd/system; rmdir /run/systemd/away 2>/dev/null; ${line} </dev/null >/dev/null 2>&1 &`);
    await until('grep -q taken-back /var/lib/unwedge/runs/*/log');
    expect(await facts()).toBe(before);
    expect(await on('ls /etc/cron.d')).not.toContain('unwedge');
  });

  test('a host that was not confirmed in time is no success', async () => {
    const before = await facts();
    // Longer than the host waits: it takes itself back while this step only looks.
    const slow = `
    - name: Slow look
      command: { check: "until grep -q taken-back /var/lib/unwedge/runs/*/log; do sleep 0.1; done", run: "false" }
`;
    const { code, output } = await run('f', STEPS + slow, '  rollout: { confirm_within: 10 }\n');
    expect(code).toBe(2);
    expect(output).toMatch(/h1.*the host has taken the run back itself: nobody confirmed it within 10 s/);
    expect(output).toMatch(/^h1 +rollback by the host itself +undone/m);
    expect(await facts()).toBe(before);
  });

  test('makes a controller run nothing of its own, and keeps no other host from its rollback', async () => {
    const before = await facts();
    await run('h', STEPS);
    const [id, evil, mark] = [runId('h'), join(fleet.directory, 'evil.mjs'), join(fleet.directory, 'evil-ran')];
    writeFileSync(
      evil,
      `import { writeFileSync } from 'node:fs';\nwriteFileSync('${mark}', '');\nexport default {};\n`,
    );
    const call = `{"cwd":"/","playbooks":[],"plugins":["${evil}"],"inventorySha256":"","flags":{}}`;
    await on(
      `sed -i 's|"hosts":\\[\\]|"hosts":[],"call":${call}|' ${journal('h')}/run.json && grep -q evil ${journal('h')}/run.json`,
    );
    // Of another run, in a folder that begins like this one's.
    await on(
      `cp -r ${journal('h')} ${journal('h')}x; sed -i 's/${id}/20991231T000000Z-evil/' ${journal('h')}x/run.json`,
    );
    const back = await unwedge('other', 'rollback', id, '-i', fleet.inventory, '--output', 'plain');
    expect(back.code).toBe(0);
    expect(back.output).toMatch(
      /^passed over: h1: \/var\/lib\/unwedge\/runs\/\S+x\/run.json says that it is run 20991231T000000Z-evil$/m,
    );
    expect(existsSync(mark)).toBe(false);
    expect(await facts()).toBe(before);
  });

  test('is one for each account, and a rollback looks at both', async () => {
    // Who logs in is not root, but by sudo; both are of one machine.
    const id = '#!/bin/sh\n[ -z "$BY_SUDO" ] || exec /usr/bin/id "$@"\n[ "$*" = -u ] && echo 1000 || echo deploy\n';
    const sudo = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nBY_SUDO=1 exec "$@"\n';
    for (const [name, text] of Object.entries({ id, sudo }))
      await on(`printf '%s' '${text}' >/usr/local/bin/${name} && chmod 755 /usr/local/bin/${name}`);
    try {
      const touch = (name: string, more = '') =>
        `    - { name: ${name}, command: { run: touch /tmp/acc-${name}, undo: rm /tmp/acc-${name} }${more} }\n`;
      const left = () => on('ls /tmp | grep acc- || true');
      await run('i', `  steps:\n${touch('login')}${touch('root', ', become: true')}`);
      expect(await left()).toBe('acc-login\nacc-root');
      const shown = await unwedge('other', 'runs', 'show', runId('i'), '-i', fleet.inventory);
      expect(shown.output).toContain(`as deploy: sh /root/.unwedge/runs/${runId('i')}/undo.sh`);
      expect(shown.output).toContain(`as root: sh ${journal('i')}/undo.sh`);
      expect(await unwedge('other', 'rollback', runId('i'), '-i', fleet.inventory)).toMatchObject({ code: 0 });
      expect(await left()).toBe('');

      await run('j', `  become: true\n  steps:\n${touch('play')}`);
      expect(await unwedge('other', 'rollback', runId('j'), '-i', fleet.inventory)).toMatchObject({ code: 0 });
      expect(await left()).toBe('');

      await run('k', `  steps:\n${touch('login')}${touch('root', ', become: true')}`);
      await on("printf '#!/bin/sh\\necho no >&2; exit 1\\n' >/usr/local/bin/sudo");
      const half = await unwedge('other', 'rollback', runId('k'), '-i', fleet.inventory);
      expect(half).toMatchObject({ code: 4, output: expect.stringMatching(/^not looked at: h1: as root: /m) });
      expect(await left()).toBe('acc-root');
    } finally {
      await on('rm -rf /usr/local/bin/id /usr/local/bin/sudo /root/.unwedge /tmp/acc-*');
    }
  });
});
