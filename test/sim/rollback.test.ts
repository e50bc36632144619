import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Call, Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, rollback: skipped, ${reason}`);

const names = ['h1', 'h2', 'h3'];
const DROPIN = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
const PLAY = `- hosts: all
  rollout: { serial: [1, 1, 1], max_failures: 3 }
  steps:
    - name: Drop-in
      dropin: { unit: docker.service, name: 10-unwedge, settings: { Service: { TimeoutStopSec: 77 } } }
    - name: Kernel
      sysctl: { name: net.ipv4.ip_forward, value: 1, persist: true }
      ignore_errors: true
    - name: Load it
      daemon_reload: { unit: docker.service }
    - name: Restart
      restart: { unit: docker.service }
    - name: Mine
      command: { check: test -e /root/mine, run: touch /root/mine, undo: rm /root/mine }
    - name: For good
      command: { check: test -e /root/good, run: touch /root/good }
`;

describe.skipIf(reason)('unwedge rollback', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    fleet = await bootFleet(names.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
    for (const name of ['app', 'db']) await fleet.host('h1').tell(`docker run -d --name ${name} busybox sleep 1000`);
  });
  afterAll(() => fleet?.close());
  beforeEach(() => {
    controller = new Controller(fleet.inventory);
    controller.write('play.yaml', PLAY);
  });
  afterEach(async () => {
    controller?.remove();
    for (const host of fleet?.hosts ?? [])
      await host.exec(`rm -rf ${DROPIN} /root/mine /root/good /etc/sysctl.d/*unwedge*`);
  });

  const plain = (...args: string[]) => controller.tell(...args, '--output', 'plain');
  const rollback = (...args: string[]) => controller.call('rollback', ...args, '--output', 'json');
  async function afterRun(): Promise<Call> {
    const call = controller.run('play.yaml');
    expect([await call.ended, call.stderr]).toEqual([0, '']);
    return call;
  }
  const outcomes = (call: Call) => call.ofType('run.finished')[0]?.recap.outcomes;

  it('shows by --diff what files would be, takes only the hosts of -l, and has nothing left then', async () => {
    const { run } = await afterRun();
    const diff = await plain('rollback', run, '--check', '--diff', '-l', 'h1');
    expect(diff.stdout).toContain('-TimeoutStopSec=77');
    expect(diff.stdout).toContain('What the rollback would change:');
    expect(diff.stdout).not.toContain('h2');
    expect(await plain('rollback', run, '-l', 'h9')).toMatchObject({ code: 1 });
    expect(await plain('rollback', run, '-l', 'h1')).toMatchObject({ code: 0 });
    expect(await plain('rollback', run, '-l', 'h1', '--check')).toMatchObject({
      ...{ code: 0, stdout: expect.stringMatching(/^nothing to undo/) },
    });
    expect(await fleet.host('h2').tell('ls /root/mine')).toBe('/root/mine');
    // As another controller, from the hosts' own journals.
    const copies = ['-i', fleet.inventory, '--state-dir', `${controller.directory}/other`];
    const predicted = rollback(run, '--check', ...copies);
    expect(await predicted.ended).toBe(0);
    const real = rollback(run, ...copies);
    expect(await real.ended).toBe(0);
    expect(outcomes(real)).toEqual(outcomes(predicted));
    for (const { name } of fleet.hosts)
      expect(await fleet.host(name).tell(`ls ${DROPIN} /root/mine 2>/dev/null || true`)).toBe('');
  });

  it('is predicted exactly by its dry run, with what somebody has changed since, and goes on once that is back', async () => {
    const { run } = await afterRun();
    const theirs = fleet.host('h2');
    const snapshots = () => Promise.all(fleet.hosts.map((host) => host.snapshot()));
    await theirs.exec(`cp ${DROPIN} /root/ours; echo '# theirs' >>${DROPIN}`);
    // What watched over the run ends on its own once the host is confirmed.
    for (const host of fleet.hosts)
      await host.exec(`while grep -qs '[d]eadman' /proc/[0-9]*/cmdline; do sleep 1; done`);
    const before = await snapshots();
    const predicted = rollback(run, '--check');
    expect(await predicted.ended).toBe(20);
    expect(await snapshots()).toEqual(before);
    const real = rollback(run);
    expect(await real.ended).toBe(20);
    expect(outcomes(real)).toEqual(outcomes(predicted));
    expect(await theirs.tell(`tail -n 1 ${DROPIN}`)).toBe('# theirs');

    await theirs.exec(`mv /root/ours ${DROPIN}`);
    const rest = rollback(run, '--check');
    expect(await rest.ended).toBe(0);
    const whole = rollback(run);
    expect(await whole.ended).toBe(0);
    expect(outcomes(whole)).toEqual(outcomes(rest));
    expect(outcomes(whole)?.map(({ host }) => host)).toEqual(['h2']);
    // What it has restored is made effective, though docker was restarted for the rest before.
    expect(outcomes(whole)?.[0]?.rollback?.undone.join()).toMatch(/10-unwedge.*daemon-reload.*restart/s);
    expect((await plain('rollback', run, '--check')).stdout).toMatch(/^nothing to undo/);
  });

  it('is not offered by a run of which nothing can be undone, and does not end as ok', async () => {
    controller.write(
      'play.yaml',
      '- hosts: h1\n  steps:\n    - command: { check: test -e /root/good, run: touch /root/good }\n',
    );
    const told = await plain('run', 'play.yaml', '-i', fleet.inventory);
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('the change cannot be undone') });
    expect(told.stdout).not.toContain('unwedge rollback');
    const run = /unwedge runs show (\S+)/.exec(told.stdout)?.[1] ?? '';
    const back = await plain('rollback', run);
    expect(back.stdout).toMatch(/^1 host: 1 nothing undone$/m);
    expect(back.stdout).toMatch(/cannot be undone: .*: the playbook gives no undo/);
  });
});
