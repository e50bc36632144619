import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { type Lab, labAvailable, labUp } from './lab.ts';
import { runId, type Told, Unwedge } from './unwedge.ts';

const reason = labAvailable();
if (reason) console.log(`lab, dead-man's switch: skipped, ${reason}`);

const dropin = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
/** A daemon.json that keeps dockerd from starting comes between the drop-in and the restart. */
const playbook = `
- hosts: all
  rollout: { confirm_within: 10 }
  steps:
    - dropin: { unit: docker.service, settings: { Service: { TimeoutStopSec: 77 } } }
    - command:
        check: grep -q no-such-driver /etc/docker/daemon.json
        run: cp -p /etc/docker/daemon.json /root/kept && echo '{"storage-driver":"no-such-driver"}' >/etc/docker/daemon.json
        undo: cp -p /root/kept /etc/docker/daemon.json
    - daemon_reload: { unit: docker.service }
    - restart: { unit: docker.service, force: true }
`;

describe.skipIf(reason)("the dead-man's switch on real hosts", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await labUp(1, 'deadman');
  });
  beforeEach(() => lab.reset('host1'));
  afterAll(() => lab?.down());

  const on = async (command: string): Promise<string> => {
    const { stdout, stderr, code } = await lab.exec('host1', command);
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout.trim();
  };
  const files = () => on(`ls -R /etc/systemd/system/docker.service.d 2>&1; sha256sum /etc/docker/daemon.json`);
  const answers = () => on('docker ps -q >/dev/null && docker run --rm --network none lab/busybox:1 echo it starts');

  /** The controller is killed at that event of its own. @returns what it had told */
  async function killedAt(isIt: (event: RunEvent) => boolean): Promise<Told> {
    const unwedge = new Unwedge();
    const file = join(unwedge.stateDir, 'play.yaml');
    writeFileSync(file, playbook);
    const told = await unwedge.watch([file, '-i', lab.inventory], (event, pid) => {
      if (isIt(event)) process.kill(pid, 'SIGKILL');
    });
    expect(told.events.at(-1)?.type).not.toBe('run.finished');
    return told;
  }

  /** The host has its say: soon, but not on a busy machine. */
  const takenBack = (run: string) =>
    on(
      `for _ in $(seq 600); do grep -q taken-back /var/lib/unwedge/runs/${run}/log && exit; sleep 1; done; ls /var/lib/unwedge/runs/${run} >&2; exit 1`,
    );

  test.each([
    ['before the restart', (e: RunEvent) => e.type === 'step.started' && e.stepType === 'restart'],
    ['while dockerd is restarted', (e: RunEvent) => e.type === 'change.applying' && e.stepType === 'restart'],
  ])('kill -9 of the controller %s: the host is healthy again by itself, and tells the story', async (_, isIt) => {
    const before = await files();
    const run = runId(await killedAt(isIt));
    await takenBack(run);
    expect(await files()).toBe(before);
    expect(await answers()).toBe('it starts');
    expect(await on('ls /etc/systemd/system /etc/systemd/system/*.wants')).not.toContain('unwedge-');

    const other = new Unwedge();
    const shown = await other.say(['runs', 'show', run, '-i', lab.inventory]);
    expect(shown.stdout).toMatch(/^host1: was not confirmed in time, and has taken the run back itself$/m);
    expect(shown.stdout).toContain(`  undone         write ${dropin}\n`);
    const back = await other.say(['rollback', run, '-i', lab.inventory, '--state-dir', other.stateDir]);
    expect([back.code, back.stdout]).toEqual([0, expect.stringMatching(/^nothing to undo/)]);
  });

  test('a host that comes out well is confirmed, and stays as it is', async () => {
    const unwedge = new Unwedge();
    const told = await unwedge.run('playbooks/mountflags-slave.yaml', '-i', lab.inventory);
    expect(told.code).toBe(0);
    const journal = `/var/lib/unwedge/runs/${runId(told)}`;
    expect(await on(`ls ${journal} | grep -E '^(armed|fired|confirmed)'`)).toBe('confirmed');
    // What watches looks every 5 s whether it is still needed.
    await on('for _ in $(seq 30); do systemctl is-active -q "unwedge-watch-*" || exit 0; sleep 1; done; exit 1');
    expect(await on('ls /etc/systemd/system /etc/systemd/system/*.wants')).not.toContain('unwedge-');
    expect(await on(`cat ${dropin}`)).toContain('MountFlags=slave');
    await on(`sh ${journal}/undo.sh`);
    expect(await on(`test ! -e ${dropin} && docker ps -q`)).toBe('');
  });
});
