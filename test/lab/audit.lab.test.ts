import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import type { Finding } from '../../src/core/finding.ts';
import { probeScript } from '../../src/core/host-script.ts';
import { openConnection } from '../../src/transport/open-connection.ts';
import { unwedge as call } from '../unwedge.ts';
import { type Lab, labAvailable, labUp } from './lab.ts';
import { parseTrace, parted, sockets, writes } from './system-calls.ts';
import { Unwedge } from './unwedge.ts';

const reason = labAvailable() ?? (spawnSync('strace', ['-V']).error ? 'there is no strace' : undefined);
if (reason) console.log(`lab, audit: skipped, ${reason}`);

describe.skipIf(reason)('an audit of a real host', () => {
  let lab: Lab;
  let container: string;
  const dir = mkdtempSync(join(tmpdir(), 'unwedge-audit-'));
  const unwedge = new Unwedge();
  beforeAll(async () => {
    lab = await labUp(1, 'audit');
    await lab.reset('host1');
    container = (await lab.wedge('holder-service', 'host1')).STUCK ?? '';
  });
  afterAll(async () => {
    await lab?.down();
    rmSync(dir, { recursive: true });
  });

  const audit = (...flags: string[]) => unwedge.say(['audit', '--output', 'json', '-i', lab.inventory, ...flags]);
  const unwedgeFiles = async () => (await lab.exec('host1', 'ls -d /run/unwedge* /var/lib/unwedge* 2>&1')).stdout;

  test('no system call of it writes anything on the host', async () => {
    const before = [await lab.snapshot('host1'), await unwedgeFiles()];
    const { code, events } = await traced(lab.leader('host1'));
    expect([await lab.snapshot('host1'), await unwedgeFiles()]).toEqual(before);
    expect(code).toBe(0);
    expect(guards(events)).toEqual(['namespace']);
    expect(findings(events).map(({ code }) => code)).toContain('UW002');

    const calls = parseTrace(readFileSync(join(dir, 'trace'), 'utf8'));
    const session = parted(calls);
    expect(writes(session)).toEqual([]);
    // Programs outside ask docker and systemd; in the room there is nobody to ask.
    expect(sockets(session.outside).sort()).toEqual(['/run/systemd/private', '/var/run/docker.sock']);
    expect(sockets(session.inside)).toEqual([]);
    const asked = calls.filter(({ text }) => /"(GET|HEAD) \//.test(text));
    expect(asked.length, 'the trace has the words that docker was asked by').toBeGreaterThan(3);
  });

  test('it finds what a dry run as root finds', async () => {
    const dry = await unwedge.run('playbooks/audit.yaml', '-i', lab.inventory, '--check');
    const own = await audit();
    expect(own.code).toBe(0);
    expect(findings(own.events)).toEqual(findings(dry.events));
  });

  test('a probe that tries each way to write does none', async () => {
    const before = await lab.snapshot('host1');
    const connection = await openConnection(
      {
        ...{
          name: 'host1',
          kind: 'ssh',
          address: lab.address('host1'),
          port: undefined,
          user: 'root',
          become: undefined,
        },
        ...{ privateKey: lab.key, sshArgs: ['-F', lab.sshConfig], connectTimeout: 60 },
      },
      process.env,
      { sandboxed: true },
    );
    const script = probeScript(new URL('../sim/hostile.sh', import.meta.url));
    const dockerd = (await lab.exec('host1', 'cat /run/docker.pid')).stdout.trim();
    const result = await connection
      .readOnly({ deadline: 300 })
      .probe(script, [lab.dockerRoot('host1'), container, dockerd])
      .finally(() => connection.close());
    expect(result).toMatchObject({ code: 0, stdout: 'did control\ndid demand docker version\n' });
    expect(await lab.snapshot('host1')).toBe(before);
  });

  test('as a user without root it says what it could not see, and claims nothing of it', async () => {
    // The lab's key opens every account.
    const made = await lab.exec('host1', 'useradd -m -s /bin/sh auditor');
    expect(made).toMatchObject({ code: 0 });
    // -u is a default, which the inventory's own ansible_user wins over.
    const stranger = await audit('-e', 'ansible_user=auditor');
    expect(stranger.code).toBe(0);
    expect(guards(stranger.events)).toEqual(['uid']);
    expect(findings(stranger.events)).toEqual([]);
    expect(unseen(stranger.events).join('\n')).toMatch(/^docker and its containers: .*permission denied/i);

    await lab.exec('host1', 'usermod -aG docker auditor');
    const member = await audit('-e', 'ansible_user=auditor');
    expect(findings(member.events).filter(({ severity }) => severity === 'critical')).toMatchObject([
      { code: 'UW010', message: expect.stringContaining('nothing that can be seen holds it') },
    ]);
    expect(unseen(member.events).join('\n')).toContain('who holds mounts: only root');
  });

  /** The command on this host's namespaces, with each call of its session written down. Its shell is one below strace. */
  async function traced(leader: string): Promise<{ code: number; events: readonly RunEvent[] }> {
    const shell = `#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec nsenter -t ${leader} -p -- unshare -m --propagation private /bin/sh -c 'mount -t proc proc /proc; exec strace -f -q -y -s 512 -o ${dir}/trace -e trace=%file,%network,%process,unshare,setns,write,writev,ftruncate,fchmod,fchown nsenter -t 1 -m -u -i -n -- /bin/sh "$@"' sh "$@"
`;
    writeFileSync(join(dir, 'sh'), shell, { mode: 0o755 });
    writeFileSync(join(dir, 'hosts.ini'), 'host1 ansible_connection=local\n');
    const flags = ['audit', '--output', 'json', '-T', '300', '-i', join(dir, 'hosts.ini')];
    return call(flags, { env: { PATH: `${dir}:${process.env.PATH}` } });
  }
});

const findings = (events: readonly RunEvent[]): Finding[] =>
  events.flatMap((event) => (event.type === 'step.planned' ? (event.findings ?? []) : []));
const unseen = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'step.planned' ? (event.unseen ?? []) : []));
const guards = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'host.guarded' ? [event.enforced] : []));
