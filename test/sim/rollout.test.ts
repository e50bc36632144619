import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { blocksOf } from '../docs/page.ts';
import { unwedge as call } from '../unwedge.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, rollout: skipped, ${reason}`);

const HOSTS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

/** Leaves a mark, and then fails where a host is fragile; makes those ill that are delicate. */
const STEPS = `
  steps:
    - name: Mark
      command: { check: test -e /root/mark, run: touch /root/mark, undo: rm /root/mark }
    - name: Test
      command:
        check: test -e /root/tested
        run: test ! -e /root/fragile && touch /root/tested && { test ! -e /root/delicate || touch /root/ill; }
        undo: rm -f /root/tested /root/ill
`;
const DROPIN = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
const HEALTH = `
    health:
      - name: Not ill
        command: { check: test ! -e /root/ill, run: "false" }
`;

describe.skipIf(reason)('a rollout over simulated hosts', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet(HOSTS.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
  });
  afterAll(() => fleet.close());
  beforeEach(() => Promise.all(HOSTS.map((name) => on(name, 'rm -rf /root/*'))));

  const on = (name: string, command: string): Promise<string> => fleet.host(name).tell(command);

  async function unwedge(...args: readonly string[]) {
    const command = [...args, '--state-dir', join(fleet.directory, 'state'), '--output', 'plain'];
    const { code, stdout, stderr } = await call(command);
    return { code, output: stdout + stderr };
  }

  function write(name: string, text: string): string {
    const file = join(fleet.directory, name);
    writeFileSync(file, text);
    return file;
  }

  /** Runs a play with this rollout on all hosts, in their order. */
  const run = (rollout: string, { steps = STEPS, args = [] as readonly string[] } = {}) =>
    unwedge('run', write('play.yaml', `- hosts: all\n  rollout:\n${rollout}${steps}`), '-i', fleet.inventory, ...args);

  const files = async (): Promise<Record<string, string>> => {
    const found = HOSTS.map(async (name) => [name, await on(name, 'cd /root; ls | tr "\\n" " "')] as const);
    return Object.fromEntries(await Promise.all(found));
  };
  /** Without the lock of a run that has looked. */
  const snapshots = async (names: readonly string[]): Promise<readonly string[]> => {
    const all = await Promise.all(names.map((name) => fleet.host(name).snapshot()));
    return all.map((text) => text.replace(/^.*\/run\/unwedge\.lock$\n/gm, ''));
  };

  test('a canary that fails leaves the others untouched', async () => {
    await on('h1', 'touch /root/fragile');
    const others = HOSTS.slice(1);
    const before = await snapshots(others);
    const { code, output } = await run('    serial: [1, "100%"]\n');
    expect({ code, output }).toMatchObject({
      code: 8,
      output: expect.stringContaining('== plan of all: 6 hosts in 2'),
    });
    expect(await snapshots(others)).toEqual(before);
    expect(await files()).toEqual({ h1: 'fragile mark', h2: '', h3: '', h4: '', h5: '', h6: '' });
  });

  test('rollback_batch puts back the whole batch in which it stopped', async () => {
    await on('h3', 'touch /root/fragile');
    const { code, output } = await run('    serial: [1, 3]\n    on_failure: rollback_batch\n');
    expect({ code, output }).toMatchObject({ code: 8, output: expect.stringContaining('rolled back    h2, h4') });
    expect(await files()).toEqual({ h1: 'mark tested', h2: '', h3: 'fragile', h4: '', h5: '', h6: '' });
  });

  test('a host that was ill before does not count; one that the change makes ill does', async () => {
    await on('h1', 'touch /root/ill');
    await on('h4', 'touch /root/delicate');
    const { code, output } = await run(`    serial: 2\n    soak: 1\n    on_failure: rollback_host\n${HEALTH}`);
    expect(output).toMatch(/^h1 {2}health {2}ill {2}not well before its batch, which does not count/m);
    expect(output).toMatch(/^failed +h4: well before its batch, and not after it: Not ill: /m);
    expect(await files()).toEqual({
      ...{ h1: 'ill mark tested', h2: 'mark tested', h3: 'mark tested', h4: 'delicate' },
      ...{ h5: '', h6: '' },
    });
    expect(code).toBe(8);
  });

  test('failures count over the whole run', async () => {
    for (const name of ['h1', 'h4']) await on(name, 'touch /root/fragile');
    const { code, output } = await run('    serial: 2\n    max_failures: 30%\n');
    expect({ code, output }).toMatchObject({
      code: 8,
      output: expect.stringContaining('2 hosts have failed (h1, h4), max_failures is 30%'),
    });
    expect(await files()).toEqual({
      ...{ h1: 'fragile mark', h2: 'mark tested', h3: 'mark tested', h4: 'fragile mark' },
      ...{ h5: '', h6: '' },
    });
  });

  test('a closed window refuses the run before any host is touched', async () => {
    const before = await snapshots(HOSTS);
    const hour = (later: number) => `${(new Date().getUTCHours() + later) % 24}:00`;
    const window = `{ start: "${hour(2)}", end: "${hour(3)}", time_zone: UTC }`;
    const { code, output } = await run(`    window: ${window}\n`);
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining('no host was touched') });
    expect(await snapshots(HOSTS)).toEqual(before);
    expect((await run(`    window: ${window}\n`, { args: ['--check'] })).code).toBe(0);
  });

  test('a batch that would stop too many containers is not begun', async () => {
    for (const name of ['h3', 'h3', 'h4']) await on(name, 'docker run -d lab/busybox:1');
    const before = await snapshots(HOSTS.slice(2));
    const steps = '  steps:\n    - restart: { unit: docker.service, force: true }\n';
    const { code, output } = await run('    serial: 2\n    max_containers_stopped: 2\n', { steps });
    expect({ code, output }).toMatchObject({
      code: 8,
      output: expect.stringContaining('its next batch would stop 3 running containers (h3: 2, h4: 1)'),
    });
    expect(await snapshots(HOSTS.slice(2))).toEqual(before);
  });

  test('the worked example of docs/rollouts.md waits after its canary, and goes on where people let it', async () => {
    const example = blocksOf({ path: '', text: readFileSync(`${packageRoot}docs/rollouts.md`, 'utf8') })
      .find(({ file }) => file === 'careful.yaml')
      ?.text.replace(/soak: 2m/, 'soak: 1')
      .replace(/window: .*/, 'window: { start: "00:00", end: "24:00", time_zone: UTC }');
    const playbook = write('careful.yaml', example ?? '');
    const racks = Object.fromEntries(HOSTS.map((name, i) => [name, { rack: `r${i % 3}` }]));
    const inventory = write('racks.yaml', JSON.stringify({ docker: { hosts: racks } }));
    const limits = () => Promise.all(HOSTS.map((name) => on(name, `grep -hs LimitNOFILE ${DROPIN} || true`)));

    const canary = await unwedge('run', playbook, '-i', fleet.inventory, '-i', inventory);
    expect({ code: canary.code, output: canary.output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('== the rollout waits for people after its canary: h1'),
    });
    expect(await limits()).toEqual(['LimitNOFILE=1048576', '', '', '', '', '']);

    const id = /unwedge resume (\S+)/.exec(canary.output.replace('resume RUN', ''))?.[1] ?? '';
    const resumed = await unwedge('resume', id);
    expect({ code: resumed.code, output: resumed.output }).toMatchObject({ code: 0 });
    expect(await limits()).toEqual(HOSTS.map(() => 'LimitNOFILE=1048576'));
  });
});
