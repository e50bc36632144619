import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { unwedge } from '../unwedge.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, limits: skipped, ${reason}`);

const HOSTS = ['h1', 'h2', 'h3', 'h4'];
const OFTEN = `- name: Free
  hosts: all
  on_failure: continue
  limits: { max_times_per_host: 2 in 24h }
  steps:
    - name: Free
      command: { check: test ! -e /root/wedged, run: rm /root/wedged }
`;
const STORM = `- name: Free
  hosts: all
  on_failure: continue
  limits: { max_wedged_hosts: 50% }
  steps:
    - name: Look
      scan: { tell: stuck }
    - name: Let go on the host
      umount: { namespaces: [host, dockerd, holders] }
    - name: Remove
      rm_dead: {}
`;

describe.skipIf(reason)('limits over simulated hosts', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let stateDir: string;
  beforeAll(async () => {
    fleet = await bootFleet(HOSTS.map((name) => ({ name, personality: personality('el7-17.06-overlay2') })));
    stateDir = join(fleet.directory, 'state');
  });
  afterAll(() => fleet.close());
  beforeEach(() => rmSync(stateDir, { recursive: true, force: true }));

  const on = (name: string, command: string): Promise<string> => fleet.host(name).tell(command);

  async function run(playbook: string, ...args: readonly string[]) {
    const file = join(fleet.directory, 'play.yaml');
    writeFileSync(file, playbook);
    const of = ['run', file, '-i', fleet.inventory, '--state-dir', stateDir, '--output', 'plain', ...args];
    const { code, stdout, stderr } = await unwedge(of, { cwd: packageRoot });
    return { code, output: stdout + stderr };
  }

  /** h1 is wedged once more, as it is every night. */
  async function night(...args: readonly string[]) {
    await on('h1', 'touch /root/wedged');
    return run(OFTEN, ...args);
  }

  it('a host that is wedged every night is freed twice a day, and then left alone', async () => {
    expect((await night()).code).toBe(0);
    expect((await night()).code).toBe(0);
    const before = withoutLock(await fleet.host('h1').snapshot());
    for (const mode of [['--check'], []]) {
      const { code, output } = await run(OFTEN, ...mode);
      expect({ code, output }).toMatchObject({ code: 0 });
    }
    expect(withoutLock(await fleet.host('h1').snapshot()), 'what needs nothing is ok').toBe(before);

    const files = readdirSync(stateDir, { recursive: true }).toSorted();
    const check = await night('--check');
    expect(readdirSync(stateDir, { recursive: true }).toSorted(), 'a dry run writes nothing').toEqual(files);
    const real = await night();
    for (const { code, output } of [check, real]) {
      expect({ code, output }).toMatchObject({ code: 2 });
      expect(output).toMatch(
        /^flapping +h1: flapping: it has needed changes of play "Free" 2 times already, last at /m,
      );
      expect(output).toMatch(/^4 hosts: 3 ok, 1 flapping$/m);
    }
    expect(await on('h1', 'ls /root')).toBe('wedged');

    const forced = await run(OFTEN, '--no-limits', '-l', 'h1');
    expect({ code: forced.code, output: forced.output }).toMatchObject({ code: 0 });
    expect(await on('h1', 'ls /root')).toBe('');
  });

  it('where its times can not be kept, the host is not touched', async () => {
    await on('h1', 'touch /root/wedged');
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(join(stateDir, 'limits'), 'in the way');
    const { code, output } = await run(OFTEN);
    expect({ code, output }).toMatchObject({
      code: 2,
      output: expect.stringContaining('stopped before the host was touched: '),
    });
    expect(await on('h1', 'ls /root')).toBe('wedged');
    await on('h1', 'rm /root/wedged');
  });

  it('a storm stops before any host is touched; a dry run says so', async () => {
    for (const name of HOSTS.slice(0, 3)) await fleet.host(name).wedge('host-namespace');
    const snapshots = () => Promise.all(fleet.hosts.map((host) => host.snapshot()));
    const before = (await snapshots()).map(withoutLock);
    for (const mode of [['--check'], []]) {
      const { code, output } = await run(STORM, ...mode);
      expect({ code, output }).toMatchObject({ code: 8 });
      expect(output).toMatch(
        /a storm: 3 hosts are wedged at once of the 4 of play "Free" \(h1, h2, h3\), max_wedged_hosts is 50%; none was touched/,
      );
      expect(output).toMatch(/^h1 {2}Look {2}UW\d+ critical: /m);
      expect(output).toMatch(/^4 hosts: 4 not attempted$/m);
    }
    expect((await snapshots()).map(withoutLock)).toEqual(before);

    const dead = "docker ps -aq --filter status=dead --filter status='removing'";
    expect(await on('h1', dead)).not.toBe('');
    const forced = await run(STORM, '--no-limits', '-l', 'h1');
    expect({ code: forced.code, output: forced.output }).toMatchObject({ code: 0 });
    expect(await on('h1', dead)).toBe('');
    // Two of four are no more than half.
    expect((await run(STORM)).code).toBe(0);
    for (const name of HOSTS) expect(await on(name, dead)).toBe('');
  });
});

/** Without the lock of a run that has looked. */
const withoutLock = (text: string): string => text.replace(/^.*\/run\/unwedge\.lock$\n/gm, '');
