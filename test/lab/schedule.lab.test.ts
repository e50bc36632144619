import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { commandsOf, readPages } from '../docs/page.ts';
import { FLEET, makeController } from './controller.ts';
import { addCron } from './cron.ts';
import { type Finished, type Lab, labAvailable, labUp, mountsOf } from './lab.ts';

const reason = labAvailable();
if (reason) console.log(`lab, schedule: skipped, ${reason}`);

/** host1 is the controller and one of the fleet, host2 only of the fleet. */
const hosts: readonly string[] = ['host1', 'host2'];
const FREE = '--playbook playbooks/free-dead-containers.yaml -i inventory.yaml';
const NEVER_NOW = "--on-calendar '*-*-* 03:15:00'";

describe.skipIf(reason)('unwedge schedule on a host with systemd and cron', () => {
  let lab: Lab;
  let root: string;
  let clean: string;
  beforeAll(async () => {
    lab = await labUp(hosts.length, 'schedule');
    await each((host) => lab.reset(host));
    root = makeController(lab, 'host1');
    addCron(root);
    await on('systemctl daemon-reload && systemctl start cron');
    // systemd makes it for its first stamp.
    await on('mkdir -p /var/lib/systemd/timers');
    clean = await traces();
  });
  afterEach(async () => {
    // Of a test that failed; the others leave none.
    await call("unwedge schedule list | sed -n 's/^\\([a-z]*\\)  .*/\\1/p' | xargs -rn1 unwedge schedule remove");
    await Promise.all([...wedged].map((host) => lab.reset(host)));
    wedged.clear();
  });
  afterAll(() => lab?.down());

  const wedged = new Set<string>();
  const wedge = (scenario: string, host: string) => {
    wedged.add(host);
    return lab.wedge(scenario, host);
  };
  const each = <T>(work: (host: string) => Promise<T>): Promise<T[]> => Promise.all(hosts.map(work));
  /** As root on the controller, in the directory of its fleet. */
  const call = (command: string, dir = FLEET): Promise<Finished> => lab.exec('host1', `cd '${dir}' && ${command}`);
  const on = async (command: string): Promise<string> => {
    const ended = await call(command);
    expect(ended).toMatchObject({ code: 0 });
    return ended.stdout.trim();
  };
  const property = (unit: string, name: string) => on(`systemctl show ${unit} -p ${name} | cut -d= -f2-`);
  /** Until a command on the controller succeeds. */
  const until = (condition: string) => on(`timeout 100 sh -c 'until ${condition}; do sleep 0.2; done'`);
  /** All that schedules may leave on a controller, but for state. */
  const traces = () =>
    on(
      "find /etc/systemd /etc/cron.d /var/lib/systemd/timers /var/spool/cron ! -name '*.timer' -o -name '*unwedge*' | sort; systemctl list-units --all --no-legend 'unwedge-schedule*'",
    );
  const stuck = async (host: string) =>
    (await lab.exec(host, 'docker ps -aq --filter status=removing --filter status=dead')).stdout;

  test('every command of docs/cron.md does what the page says, and nothing is left', async () => {
    const page = readPages().find(({ path }) => path === 'docs/cron.md');
    const commands = page ? commandsOf(page) : [];
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands)
      expect({ command, ...(await call(command)) }).toMatchObject({
        command,
        code: 0,
        stderr: expect.not.stringContaining('error'),
      });
    expect(await traces()).toBe(clean);
  });

  test('systemd fires the timer, and the run frees what is stuck, also on the controller itself', async () => {
    const facts = await each((host) => wedge('holder-container', host));
    await on(`unwedge schedule add free ${FREE} --on-calendar '*:*:0/30' --apply`);
    await until(
      '[ "$(systemctl show unwedge-schedule-free.service -p ExecMainExitTimestampMonotonic | cut -d= -f2)" -gt 0 ]',
    );
    await on('systemctl stop unwedge-schedule-free.timer');
    for (const [i, host] of hosts.entries()) {
      expect(await stuck(host)).toBe('');
      expect(await mountsOf(lab, host, facts[i]?.STUCK ?? '')).toEqual([]);
    }
    expect(await property('unwedge-schedule-free.service', 'Result')).toBe('success');
    expect(await on('unwedge schedule logs free')).toContain('2 hosts: 2 changed');
    expect(await on('unwedge runs --state-dir /var/lib/unwedge')).toMatch(/ {2}run {2}.* {2}2 changed {2}/);
    expect(await on('unwedge schedule list')).toContain('broken: systemd says of its timer: ActiveState=inactive');
    await on('unwedge schedule remove free');
    expect(await traces()).toBe(clean);
  });

  test('a dry one changes nothing; the unit counts as failed while changes are pending', async () => {
    await wedge('holder-container', 'host2');
    await on(`unwedge schedule add dry ${FREE} ${NEVER_NOW}`);
    const before = await lab.snapshot('host2');
    const ended = await call('unwedge schedule run-now dry');
    expect(ended).toMatchObject({ code: 10, stdout: expect.stringContaining('2 hosts: 1 would change, 1 ok') });
    expect(await lab.snapshot('host2')).toBe(before);
    expect(await on('systemctl list-units --failed --no-legend --plain')).toMatch(/^unwedge-schedule-dry.service /);
    expect(await on('unwedge schedule list')).toContain('changes are pending (exit code 10)');
    await lab.reset('host2');
    expect(await call('unwedge schedule run-now dry')).toMatchObject({ code: 0, stdout: '' });
    await on('unwedge schedule remove dry');
    expect(await traces()).toBe(clean);
  });

  test('while another run is at work it is left out: exit code 30, and no failure', async () => {
    writeFileSync(
      join(root, FLEET, 'wait.yaml'),
      '- hosts: host1\n  steps:\n    - command: { check: test -e /run/go, run: "touch /run/began; until [ -e /run/go ]; do sleep 0.1; done" }\n',
    );
    await on(`unwedge schedule add wait --playbook wait.yaml -i inventory.yaml ${NEVER_NOW} --apply`);
    const first = call('unwedge run wait.yaml -i inventory.yaml');
    await until('[ -e /run/began ]');
    const second = await call('unwedge schedule run-now wait');
    expect(second).toMatchObject({
      code: 30,
      stdout: expect.stringContaining('another run is at work with this playbook'),
    });
    expect(await property('unwedge-schedule-wait.service', 'Result')).toBe('success');
    await on('touch /run/go');
    expect((await first).code).toBe(0);
    await on('unwedge schedule remove wait; rm /run/go /run/began');
  });

  test('a late run is left out; with --catch-up it is made up for', async () => {
    const stamp = '/var/lib/systemd/timers/stamp-unwedge-schedule-late.timer';
    /** As after a night in which the machine was off. */
    const missANight = () =>
      on(
        `systemctl stop unwedge-schedule-late.timer; touch -d '3 days ago' ${stamp}; systemctl start unwedge-schedule-late.timer`,
      );
    await on(`unwedge schedule add late ${FREE} ${NEVER_NOW}`);
    await missANight();
    expect(await property('unwedge-schedule-late.service', 'ExecMainStartTimestampMonotonic')).toBe('0');
    await on(`unwedge schedule add late ${FREE} ${NEVER_NOW} --catch-up --replace`);
    await missANight();
    await until(
      '[ "$(systemctl show unwedge-schedule-late.service -p ExecMainExitTimestampMonotonic | cut -d= -f2)" -gt 0 ]',
    );
    await on('unwedge schedule remove late');
    expect(await traces()).toBe(clean);
  });

  test('names that would be more than names stay names', async () => {
    const dir = `${FLEET}/a %d $HOME \${PATH} "quoted" 'too' ; \\x41`;
    mkdirSync(join(root, dir));
    for (const name of ['playbooks', 'inventory.yaml'])
      cpSync(join(root, FLEET, name), join(root, dir, name), { recursive: true });
    const inDir = (command: string) => call(command, dir.replaceAll("'", "'\\''"));
    for (const when of [NEVER_NOW, "--cron '15 3 * * *'"]) {
      expect(await inDir(`unwedge schedule add odd ${FREE} ${when}`)).toMatchObject({ code: 0 });
      expect(await inDir('unwedge schedule run-now odd')).toMatchObject({ code: 0, stdout: '' });
      expect(await inDir('unwedge schedule list')).toMatchObject({
        stdout: expect.stringContaining('done (exit code 0)'),
      });
      await on('unwedge schedule remove odd');
    }
    expect(await traces()).toBe(clean);
  });

  test('a playbook that was changed, or is gone, is refused and told', async () => {
    cpSync(join(root, FLEET, 'playbooks/free-dead-containers.yaml'), join(root, FLEET, 'mine.yaml'));
    await on(`unwedge schedule add mine --playbook mine.yaml -i inventory.yaml ${NEVER_NOW} --apply`);
    appendFileSync(join(root, FLEET, 'mine.yaml'), '# one more line\n');
    const changed = await call('unwedge schedule run-now mine');
    expect(changed).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('not what it was when this was scheduled'),
    });
    await on('rm mine.yaml');
    expect(await call('unwedge schedule run-now mine')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('mine.yaml'),
    });
    expect(await on('unwedge schedule list')).toContain(`broken: there is no ${FLEET}/mine.yaml`);
    await on('unwedge schedule remove mine');
  });

  test('what is there is only replaced when asked for, and what others made is never touched', async () => {
    await on(`unwedge schedule add one ${FREE} ${NEVER_NOW}`);
    const unit = await on('cat /etc/systemd/system/unwedge-schedule-one.*');
    const refused = await call(`unwedge schedule add one ${FREE} --on-calendar '*-*-* 04:15:00' --apply`);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('+OnCalendar=*-*-* 04:15:00') });
    expect(await on('cat /etc/systemd/system/unwedge-schedule-one.*')).toBe(unit);
    await on('mkdir /etc/systemd/system/unwedge-schedule-one.service.d');
    expect(await on('unwedge schedule remove one')).toContain(
      'left /etc/systemd/system/unwedge-schedule-one.service.d',
    );
    await on('rmdir /etc/systemd/system/unwedge-schedule-one.service.d');
    await on('echo "[Service]" >/etc/systemd/system/unwedge-schedule-own.service');
    for (const command of ['remove own', `add own ${FREE} ${NEVER_NOW} --replace`])
      expect(await call(`unwedge schedule ${command}`)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('was not made by'),
      });
    await on('rm /etc/systemd/system/unwedge-schedule-own.service; systemctl daemon-reload');
    expect(await traces()).toBe(clean);
  });

  test('where systemd refuses half-way, nothing is left', async () => {
    const wants = '/etc/systemd/system/timers.target.wants';
    await on(`mount -t tmpfs -o ro tmpfs ${wants}`);
    const refused = await call(`unwedge schedule add half ${FREE} ${NEVER_NOW}`);
    await on(`umount ${wants}`);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('enable unwedge-schedule-half.timer') });
    expect(await traces()).toBe(clean);
  });

  test('cron runs the line, mails only what somebody must read, and it frees what is stuck', async () => {
    await on(`unwedge schedule add minutely ${FREE} --cron '* * * * *' --apply`);
    const log = '/var/lib/unwedge/unwedge-schedule-minutely.log';
    await until(`grep -q "ended 0" ${log}`);
    expect(await on('ls /root')).not.toContain('mail');
    const { STUCK = '' } = await wedge('holder-process', 'host2');
    await until('grep -q "1 changed" /root/mail 2>/dev/null');
    expect([await stuck('host2'), await mountsOf(lab, 'host2', STUCK)]).toEqual(['', []]);
    expect(await on('unwedge schedule list')).toContain('done (exit code 0)');
    await on('unwedge schedule remove minutely; rm /root/mail');
    expect(await traces()).toBe(clean);
  });
});
