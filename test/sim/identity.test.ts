import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, identity: skipped, ${reason}`);

const DROPIN = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
/** An undo that compares nothing, and a file that another machine may have by its own. */
const PLAY = `- hosts: all
  steps:
    - name: Drop-in
      dropin: { unit: docker.service, name: 10-unwedge, settings: { Service: { TimeoutStopSec: 77 } } }
    - name: Mine
      command: { check: test -e /root/mine, run: touch /root/mine, undo: "touch /root/undone; rm -f /root/mine" }
`;

/** web-7 is a name of ssh's configuration, which leads to `theirs` once that has its address. */
describe.skipIf(reason)('a host whose name leads to another machine', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  let inventory = '';
  beforeAll(async () => {
    const type = personality('debian-20.10-overlay2');
    fleet = await bootFleet(['ours', 'theirs'].map((name) => ({ name, personality: type })));
  });
  afterAll(() => fleet?.close());
  beforeEach(() => {
    controller = new Controller(fleet.inventory);
    inventory = join(controller.directory, 'inventory.json');
    const config = join(controller.directory, 'ssh_config');
    const words = `-F ${config} -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${fleet.knownHosts}`;
    const vars = { ansible_user: 'root', ansible_ssh_private_key_file: fleet.key, ansible_ssh_common_args: words };
    writeFileSync(inventory, JSON.stringify({ all: { vars, hosts: { 'web-7': {} } } }));
    controller.write('play.yaml', PLAY);
    leadsTo('ours');
  });
  afterEach(async () => {
    controller?.remove();
    for (const { name } of fleet.hosts) {
      await on(name, `rm -rf /var/lib/unwedge /root/mine /root/undone /root/go ${DROPIN}`);
      await on(name, '[ ! -e /root/machine-id ] || mv /root/machine-id /etc/machine-id');
      await on(name, '[ ! -e /root/key.pub ] || mv /root/key.pub /etc/ssh/ssh_host_ed25519_key.pub');
    }
  });

  const on = (name: string, command: string): Promise<string> => fleet.host(name).tell(command);
  const leadsTo = (name: string): string =>
    controller.write('ssh_config', `Host web-7\n  HostName 127.0.0.1\n  Port ${fleet.port(name)}\n`);
  const run = (...args: string[]) => controller.call('run', 'play.yaml', '-i', inventory, '--output', 'json', ...args);
  const tell = (...args: string[]) => controller.tell(...args, '--output', 'plain');
  const files = (name: string) => on(name, `ls ${DROPIN} /root/mine /root/undone 2>/dev/null || true`);
  const CHANGED = `${DROPIN}\n/root/mine`;

  async function afterRun(): Promise<string> {
    const call = run();
    expect([await call.ended, call.stderr]).toEqual([0, '']);
    expect(await files('ours')).toBe(CHANGED);
    // By its own people, the same bytes.
    await fleet
      .host('theirs')
      .exec(
        `mkdir -p ${DROPIN.slice(0, DROPIN.lastIndexOf('/'))}; touch /root/mine; cat >${DROPIN}`,
        await on('ours', `cat ${DROPIN}`).then((text) => `${text}\n`),
      );
    return call.run;
  }
  /** As on a golden image: what tells the machine from others is that of ours. */
  async function sameIdentity(): Promise<void> {
    await on('theirs', 'cp /etc/machine-id /root/machine-id; cp /etc/ssh/ssh_host_ed25519_key.pub /root/key.pub');
    for (const file of ['/etc/machine-id', '/etc/ssh/ssh_host_ed25519_key.pub'])
      await fleet.host('theirs').exec(`cat >${file}`, `${await on('ours', `cat ${file}`)}\n`);
  }
  async function noIdentity(name: string): Promise<void> {
    await on(name, 'mv /etc/machine-id /root/machine-id; mv /etc/ssh/ssh_host_ed25519_key.pub /root/key.pub');
  }
  async function reboot(name: string): Promise<void> {
    const boot = await on(name, 'cat /sim/state/boot_id');
    await fleet.host(name).exec('systemctl reboot');
    const isBack = `[ "$(cat /sim/state/boot_id)" != "${boot}" ] && [ ! -e /sim/state/transition ]`;
    while ((await fleet.host(name).exec(isBack)).code !== 0);
  }

  async function refusedThenDone(id: string, why: RegExp): Promise<void> {
    leadsTo('theirs');
    const refused = await tell('rollback', id);
    expect(refused).toMatchObject({ code: 20, stdout: expect.stringMatching(why) });
    expect(refused.stdout).toContain('--force-host web-7');
    expect(await files('theirs')).toBe(CHANGED);
    leadsTo('ours');
    expect(await tell('rollback', id)).toMatchObject({ code: 0 });
    expect(await files('ours')).toBe('/root/undone');
  }

  it('is not rolled back there, and the right machine is afterwards', async () => {
    const id = await afterRun();
    const journal = readFileSync(join(controller.stateDir, 'runs', id, 'journal.jsonl'), 'utf8');
    expect(journal).toContain(`"machine":{"id":"${await on('ours', 'cat /etc/machine-id')}"`);
    await refusedThenDone(id, /this is not the machine that web-7 was: its machine-id is \w{32}, and it was \w{32}/);
  });

  it('nor where both were made from one golden image: it has no journal of the run', async () => {
    const id = await afterRun();
    await sameIdentity();
    await refusedThenDone(id, /the host has no journal of this run/);
  });

  it('nor where nothing tells machines from each other', async () => {
    await noIdentity('ours');
    await noIdentity('theirs');
    const id = await afterRun();
    await refusedThenDone(id, /the host has no journal of this run/);
  });

  it('nor by what a copy of its disk keeps of the run', async () => {
    const id = await afterRun();
    const archive = await on('ours', 'tar -C / -cf - var/lib/unwedge | base64 -w 0');
    await fleet.host('theirs').exec('base64 -d | tar -C / -xf -', archive);
    leadsTo('theirs');
    const refused = await tell('rollback', id, '-i', inventory, '--state-dir', join(controller.directory, 'other'));
    expect(refused).toMatchObject({
      code: 20,
      stdout: expect.stringContaining('this is not the machine that web-7 was'),
    });
    expect(await files('theirs')).toBe(CHANGED);
    leadsTo('ours');
    expect(await tell('rollback', id, '-i', inventory)).toMatchObject({ code: 0 });
    expect(await files('ours')).toBe('/root/undone');
  });

  it('is the same machine after a reboot', async () => {
    const id = await afterRun();
    await reboot('ours');
    expect(await tell('rollback', id)).toMatchObject({ code: 0 });
    expect(await files('ours')).toBe('/root/undone');
  });

  it('is rolled back without its journal only by --force-host, which takes names of the run', async () => {
    const id = await afterRun();
    await on('ours', 'rm -rf /var/lib/unwedge');
    expect(await tell('rollback', id)).toMatchObject({ code: 20 });
    expect(await files('ours')).toBe(CHANGED);
    const unknown = await tell('rollback', id, '--force-host', 'web-8');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("did you mean 'web-7'?") });
    expect(await tell('rollback', id, '--force-host', 'web-7')).toMatchObject({ code: 0 });
    expect(await files('ours')).toBe('/root/undone');
  });

  it('is not resumed there', async () => {
    controller.write(
      'play.yaml',
      `${PLAY}    - command: { check: test -e /root/go, run: test -e /root/go }\n    - command: { check: test -e /root/undone, run: touch /root/undone }\n`,
    );
    const call = run();
    expect(await call.ended).toBe(2);
    await on('theirs', 'touch /root/go');
    for (const same of [async () => {}, sameIdentity]) {
      await same();
      leadsTo('theirs');
      const refused = await tell('resume', call.run);
      expect(refused).toMatchObject({ code: 2, stdout: expect.stringMatching(/another machine|not the machine/) });
      expect(await files('theirs')).toBe('');
    }
    leadsTo('ours');
    await on('ours', 'touch /root/go');
    expect(await tell('resume', call.run)).toMatchObject({ code: 0 });
    expect(await files('ours')).toBe(`${CHANGED}\n/root/undone`);
  });

  it('is not changed there by a plan', async () => {
    const dry = run('--check', '--out', 'plan.json');
    expect(await dry.ended).toBe(0);
    leadsTo('theirs');
    const refused = await tell('run', '--plan', 'plan.json');
    expect(refused.stdout).toContain('this is not the machine that web-7 was');
    expect(refused.code).not.toBe(0);
    expect(await files('theirs')).toBe('');
    leadsTo('ours');
    expect(await tell('run', '--plan', 'plan.json')).toMatchObject({ code: 0 });
  });

  it('is left alone there by a run whose connection was lost', async () => {
    const rollout = PLAY.replace('  steps:', '  rollout: { on_failure: rollback_host }\n  steps:');
    controller.write(
      'play.yaml',
      `${rollout}    - command: { check: test -e /root/go, run: "touch /root/began; while :; do echo .; sleep 0.1; done" }\n`,
    );
    await fleet.host('theirs').exec('touch /root/mine');
    const call = run();
    await fleet.host('ours').exec('until [ -e /root/began ]; do sleep 0.05; done; rm /root/began');
    leadsTo('theirs');
    fleet.setFault('ours', () => 'cut');
    expect(await call.ended).toBe(20);
    fleet.setFault('ours', undefined);
    expect(call.ofType('run.finished')[0]?.recap.outcomes[0]?.rollback?.failed[0]?.reason).toContain('not the machine');
    expect(await files('theirs')).toBe('/root/mine');
    leadsTo('ours');
    expect(await tell('rollback', call.run)).toMatchObject({ code: 0 });
    expect(await files('ours')).toBe('/root/undone');
  });
});
