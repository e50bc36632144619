import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, hangs: skipped, ${reason}`);

const SCAN = `- hosts: all
  on_failure: continue
  steps:
    - name: look
      scan: {}
      timeout: 5s
`;
const RESTART = `- hosts: all
  on_failure: continue
  steps:
    - name: restart docker
      command: { run: systemctl restart docker }
      timeout: 5s
`;
/** The agent, which is the leader of its job's session, stops. */
const FREEZE = `- hosts: all
  on_failure: continue
  steps:
    - name: freeze
      command: { run: "kill -STOP $(sed 's/.*) //' /proc/self/stat | cut -d ' ' -f 4); tail -f /dev/null" }
      when: inventory_hostname == "hung"
      timeout: 2s
    - name: short
      command: { check: test -e /short, run: touch /short }
`;

describe.skipIf(reason)('a host that hangs', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    const names = ['hung', 'well'];
    fleet = await bootFleet(names.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
    controller = new Controller(fleet.inventory);
    for (const [name, text] of Object.entries({ 'scan.yaml': SCAN, 'restart.yaml': RESTART, 'freeze.yaml': FREEZE }))
      controller.write(name, text);
  });
  afterAll(async () => {
    controller?.remove();
    await fleet?.close();
  });

  /** Where a program stands in another's place that never returns. */
  async function hangs<T>(program: string, work: () => Promise<T>): Promise<T> {
    const path = `/usr/local/bin/${program}`;
    const host = fleet.host('hung');
    await host.exec(
      `mv ${path} ${path}.real; printf '#!/bin/sh\\nexec tail -f /dev/null\\n' >${path}; chmod +x ${path}`,
    );
    try {
      return await work();
    } finally {
      await host.exec(`mv ${path}.real ${path}`);
    }
  }

  it.each([
    [
      'docker',
      'scan.yaml',
      /^no answer within 5 s; it was doing docker\/\w+\.sh: tail -f \/dev\/null had not returned/,
    ],
    [
      'systemctl',
      'restart.yaml',
      /"run: systemctl restart docker" is in doubt: no answer within 5 s; .*: tail -f \/dev\/null had not/,
    ],
  ])('in %s: it failed, with what it was waiting for; the other one is served', async (program, playbook, message) => {
    const call = controller.run(playbook);
    await hangs(program, () => call.ended);
    expect(call.statuses.hung).toBe('failed');
    expect(call.statuses.well).toMatch(/^(ok|changed)$/);
    const [hung] = call.ofType('host.finished').filter(({ outcome }) => outcome.host === 'hung');
    expect(hung?.outcome.reason?.message).toMatch(message);
    // Nothing of it is left there, and nobody is kept out.
    expect(await fleet.host('hung').exec('pgrep -x tail; flock -n -x /run/unwedge.lock true')).toMatchObject({
      ...{ stdout: '', code: 0 },
    });
    expect((await fleet.host('well').exec('flock -n -x /run/unwedge.lock true')).code).toBe(0);
  });

  it('as a whole, its session stopped: the others do not wait for it', async () => {
    const call = controller.run('freeze.yaml');
    expect(await call.ended).toBe(2);
    expect(call.statuses).toEqual({ hung: 'failed', well: 'changed' });
    const order = call.ofType('host.finished').map(({ outcome }) => outcome.host);
    expect(order).toEqual(['well', 'hung']);
    const [, hung] = call.ofType('host.finished');
    expect(hung?.outcome.reason?.message).toMatch(
      /the host did not end it, so the connection was dropped; it may still run/,
    );
  });
});
