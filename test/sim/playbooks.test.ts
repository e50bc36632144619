import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carryOut, shipped } from '../harm/engine.ts';
import { lies, told } from '../harm/laws.ts';
import { connect } from './connect.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

/** Playbook, scenario, personality, and how a host shows that it is done. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  ['live-restore', 'nothing', 'el7-17.12-overlay2', `docker info -f '{{.LiveRestoreEnabled}}' | grep true`],
  [
    'mountflags-slave',
    'nothing',
    'el7-17.12-overlay2',
    '! cmp -s /proc/1/mountinfo /proc/$(cat /run/docker.pid)/mountinfo',
  ],
  ['detach-mounts', 'nothing', 'el7-17.06-overlay2', 'grep 1 /proc/sys/fs/may_detach_mounts'],
  ['restart-holders', 'holder-service', 'el7-1.12.6-devicemapper', '! docker ps -aq --filter status=dead | grep .'],
];

describe.skipIf(simAvailable())('the laws on playbooks beside the ladder', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet([]);
  });
  afterAll(() => fleet.close());

  it.each(CASES)('%s', async (playbook, scenario, type, isDone) => {
    await fleet.add({ name: playbook, personality: personality(type) });
    const host = fleet.host(playbook);
    await host.wedge(scenario);
    const run = (mode: 'check' | 'run') => carryOut(mode, shipped(playbook), () => connect(fleet, playbook));
    const before = await host.snapshot();
    expect((await host.exec(isDone)).code).not.toBe(0);

    const check = await run('check');
    expect(await host.snapshot(), 'a dry run changes nothing').toBe(before);
    const real = await run('run');
    const again = await run('check');
    expect(lies(told(check), told(real), told(again))).toEqual([]);
    expect(told(real).made.size).toBeGreaterThan(0);
    expect(await host.exec(isDone)).toMatchObject({ code: 0 });
  });
});
