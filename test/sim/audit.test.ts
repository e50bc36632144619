import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { probeScript } from '../../src/core/host-script.ts';
import type { Connection, ReadOnlySession } from '../../src/core/session.ts';
import { orphans } from '../../src/steps/orphans/step.ts';
import { scan } from '../../src/steps/scan/step.ts';
import { packageRoot } from '../architecture/project.ts';
import { commandsOf } from '../docs/page.ts';
import { unwedge } from '../unwedge.ts';
import { connect } from './connect.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, type SimHost, simAvailable } from './fleet.ts';

/** Between them they make each probe of an audit look at all that it can look at. */
const CASES = [
  ['el7-1.12.6-devicemapper', 'holder-service'],
  ['el7-17.12-overlay2', 'holder-container'],
  ['el7-17.06-overlay2', 'nothing'],
  ['el7-17.06-overlay2', 'thread-namespace'],
  ['el7-17.06-overlay2', 'namespace-without-process'],
  ['el7-17.12-overlay2', 'orphan-directories'],
] as const;

describe.skipIf(simAvailable())("an audit's session", { timeout: 300_000 }, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet(
      CASES.map(([type, scenario]) => ({ name: `${type}-${scenario}`, personality: personality(type) })),
    );
  });
  afterAll(() => fleet.close());

  const opened = async <T>(
    name: string,
    sandboxed: boolean,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> => {
    const connection = await connect(fleet, name, { sandboxed });
    return work(connection).finally(() => connection.close());
  };

  it.each(CASES)('sees on %s with %s what root sees, and leaves the host as it was', async (type, scenario) => {
    const name = `${type}-${scenario}`;
    const host = fleet.host(name);
    await host.wedge(scenario);
    const before = await host.snapshot();
    const root = await opened(name, false, (connection) => look(connection.readOnly({ deadline: 120 })));
    const audit = await opened(name, true, async (connection) => {
      expect(connection.guard).toEqual({ enforced: 'namespace', why: undefined });
      return look(connection.readOnly({ deadline: 120 }));
    });
    expect(audit).toEqual(root);
    if (scenario !== 'nothing') expect([...(audit.findings ?? []), ...audit.notes]).not.toEqual([]);
    expect(await host.snapshot()).toBe(before);
  });

  it('does what docs/audits.md says, on a host named as there', async () => {
    await fleet.add({ name: 'db-1', personality: personality('el7-17.12-overlay2') });
    await fleet.host('db-1').wedge('holder-service');
    const dir = mkdtempSync(join(tmpdir(), 'unwedge-audits-'));
    cpSync(fleet.inventory, join(dir, 'inventory.yaml'));
    for (const line of commandsOf({
      path: 'docs/audits.md',
      text: readFileSync(`${packageRoot}docs/audits.md`, 'utf8'),
    })) {
      const [program = '', ...args] = line.replace(/\s+#.*$/, '').split(/\s+/);
      expect(program).toBe('unwedge');
      const { code, stdout, stderr } = await unwedge(args, { cwd: dir });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      if (args[0] === 'audit') expect(stdout).toContain('UW002 critical');
    }
    rmSync(dir, { recursive: true });
  });

  it('lets a probe that tries each way to write do none', async () => {
    const host = fleet.host(HOSTILE);
    const before = await host.snapshot();
    expect(await opened(HOSTILE, true, (connection) => hostile(host, connection))).toEqual([
      'control',
      'demand docker version',
    ]);
    expect(await host.snapshot()).toBe(before);
    // The script is no paper tiger: without the guard it can.
    const could = await opened(HOSTILE, false, (connection) => hostile(host, connection));
    expect(could.length).toBeGreaterThan(10);
    expect(await host.snapshot()).not.toBe(before);
  });
});

/** Comes to harm in its test; the last of the others is done with by then. */
const HOSTILE = 'el7-17.12-overlay2-holder-container';
const script = probeScript(new URL('hostile.sh', import.meta.url));

async function hostile(host: SimHost, connection: Connection): Promise<readonly string[]> {
  const [root = '', container = '', dockerd = ''] = (
    await host.exec("docker info -f '{{.DockerRootDir}}'; docker ps -aq --no-trunc | head -n 1; cat /run/docker.pid")
  ).stdout.split('\n');
  const { stdout } = await connection.readOnly({ deadline: 200 }).probe(script, [root, container, dockerd]);
  return stdout.split('\n').flatMap((line) => (line.startsWith('did ') ? [line.slice(4)] : []));
}

async function look(
  session: ReadOnlySession,
): Promise<{ findings: readonly Finding[] | undefined; notes: readonly string[] }> {
  const found = scan.plan({ tell: 'all' }, await scan.probe(session, { tell: 'all' }), { pending: [], done: [] });
  const left = orphans.plan({ remove: false }, await orphans.probe(session, { remove: false }), {
    pending: [],
    done: [],
  });
  return { findings: found.findings, notes: left.notes ?? [] };
}
