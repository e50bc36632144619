import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { carryOut, ladder } from '../harm/engine.ts';
import { lies, told } from '../harm/laws.ts';
import { level, sample } from '../level.ts';
import { connect } from './connect.ts';
import { personalities, personality } from './docker/personality.ts';
import { bootFleet, type Fleet, type SimHost, simAvailable } from './fleet.ts';

/** Every one with every one. */
const ALL = level === 'full';

/** Each scenario and each personality at least once; where they are the same, those that differ most in what docker does. */
const CHOSEN: readonly (readonly [string, string])[] = [
  ['holder-container', 'el7-1.10.3-devicemapper'],
  ['holder-service', 'el7-1.12.6-devicemapper'],
  ['holder-container', 'el7-1.12.6-inspect-fails'],
  ['holder-container', 'el7-1.13.1-rhel-devicemapper'],
  ['holder-process', 'el7-17.03-overlay'],
  ['thread-namespace', 'el7-17.06-overlay2'],
  ['holder-shim', 'el7-17.12-overlay2'],
  ['dockerd-namespace', 'el7.4-17.12-overlay2'],
  ['holder-distroless', 'el7-18.06-overlay2'],
  ['namespace-without-process', 'el7.9-17.06-devicemapper'],
  ['namespace-without-process', 'el7-18.09-overlay2'],
  ['several', 'el7-19.03-overlay2-moved'],
  ['host-namespace', 'debian-20.10-overlay2'],
  ['orphan-directories', 'el7-20.10-overlay2-remapped'],
  ['host-namespace', 'ubuntu-24.0-overlay2'],
  ['healthy-neighbour', 'el7-24.0-overlay2'],
  ['nothing', 'debian-28.2-overlay2'],
  ['healthy-neighbour', 'ubuntu-17.03-aufs'],
  ['kubelet', 'ubuntu-18.06-aufs'],
  ['host-namespace', 'suse-18.09-btrfs'],
  ['holder-process', 'ubuntu-20.10-zfs'],
  ['other-cause', 'el7-19.03-vfs'],
];
const scenarios = [...new Set(CHOSEN.map(([scenario]) => scenario))];
const PAIRS = ALL
  ? scenarios.flatMap((s) => personalities.map(({ name }) => [s, name] as const))
  : sample(CHOSEN, 8, 'matrix');

const reason = simAvailable();

describe.skipIf(reason)('the laws on simulated hosts', { timeout: 600_000 }, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet([]);
  });
  afterAll(() => fleet.close());

  it.concurrent.each(PAIRS)('%s on %s', async (scenario, name) => {
    const host = await boot(fleet, scenario, name);
    const facts = await host.wedge(scenario).catch(cannot);
    if (facts === undefined) return;
    const before = { all: await host.snapshot(), neighbour: await mountsOf(host, facts.NEIGHBOUR) };
    const run = (mode: 'check' | 'run') => carryOut(mode, ladder(), () => connect(fleet, host.name));

    const check = await run('check');
    expect(await host.snapshot(), 'a dry run changes nothing').toBe(before.all);
    const real = await run('run');
    const again = await run('check');
    expect(
      lies(told(check), told(real), told(again)),
      `check predicts what a run changes, and after it nothing; the first check ended so: ${endOf(check)}`,
    ).toEqual([]);

    expect(await mountsOf(host, facts.NEIGHBOUR), 'the mounts of the neighbour').toEqual(before.neighbour);
    const lives = `docker exec ${facts.NEIGHBOUR} true && docker restart -t 0 ${facts.NEIGHBOUR} && docker exec ${facts.NEIGHBOUR} true`;
    expect(await host.exec(lives)).toMatchObject({ stderr: '', code: 0 });
    const left = words((await host.exec('docker ps -aq --no-trunc')).stdout);
    for (const id of words(facts.STUCK))
      if (left.includes(id)) expect(said(real), 'why it is left').toContain(id.slice(0, 12));
  });
});

async function boot(fleet: Fleet, scenario: string, name: string): Promise<SimHost> {
  const host = `${scenario}-on-${name}`;
  await fleet.add({ name: host, personality: personality(name) });
  return fleet.host(host);
}

/** Not every personality can be wedged in every way; of the chosen ones all can. */
function cannot(error: unknown): undefined {
  if (ALL && error instanceof Error && / exited with 3: /.test(error.message)) return undefined;
  throw error;
}

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

/** The kernel's lines of them, in every namespace, without the tags: those go with the last peer. */
async function mountsOf(host: SimHost, id: string | undefined): Promise<string[]> {
  const layer = `$(cat '${host.personality.root}'/image/*/layerdb/mounts/${id}/mount-id)`;
  const found = await host.exec(
    `grep -hs -e '${id}' -e "${layer}" /proc/[0-9]*/mountinfo | cut -d ' ' -f 1-5 | sort -u`,
  );
  return found.stdout.split('\n');
}

const endOf = (events: readonly RunEvent[]): string =>
  JSON.stringify(events.filter((e) => e.type === 'host.finished' || (e.type === 'step.finished' && e.reason)));

const said = (events: readonly RunEvent[]): string =>
  JSON.stringify(
    events.map((e) => (e.type === 'step.planned' ? [e.notes, e.findings] : 'reason' in e ? e.reason : '')),
  );
