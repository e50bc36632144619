import type { Finding } from '../../src/core/finding.ts';
import type { HostReport, Report } from '../../src/core/report.ts';

const DEAD = '648fcdd4547a1f0e6a8b9c1d2e3f405162738495a6b7c8d9e0f1a2b3c4d5e6f7';

/** A container that another one keeps from being removed. */
export const heldBy = (holder: string, id = DEAD): Finding => ({
  code: 'UW001',
  severity: 'critical',
  subject: `container victim (${id.slice(0, 12)})`,
  message: `victim (${id.slice(0, 12)}) is stuck: container ${holder} holds …/merged through its bind /:/rootfs`,
  remedy: 'unwedge run free-dead-containers unmounts that copy and removes the container',
  evidence: [`container ${id}, image nginx:1.25`, 'in mnt:[4026532570]: pid 812, start time 4711, cadvisor'],
  data: {
    container: { id, name: 'victim', image: 'nginx:1.25', since: null },
    mounts: [{ path: `/var/lib/docker/overlay2/${id}/merged`, namespace: '4026532570' }],
    holder: {
      kind: 'container',
      name: holder,
      who: `container ${holder}`,
      release: `restart ${holder}`,
      bind: '/:/rootfs',
    },
  },
});

export const binds = (holder: string): Finding => ({
  code: 'UW301',
  severity: 'warning',
  subject: `container ${holder}`,
  message: `${holder} binds /:/rootfs, and its copies do not follow the host`,
  remedy: 'mount that bind with rslave: -v /:/rootfs:ro,rslave',
  evidence: ['3 copies of mounts of running containers'],
});

export const kubernetes: Finding = {
  code: 'UW313',
  severity: 'info',
  subject: 'host',
  message: 'this is a Kubernetes node',
  remedy: 'leave MountFlags=slave alone here',
  evidence: [],
};

export const hostReport = (host: string, more: Partial<HostReport> = {}): HostReport => ({
  ...{ host, status: 'ok', unseen: [], findings: [], gone: [], changes: [] },
  ...more,
});

export const report = (hosts: readonly HostReport[], more: Partial<Report> = {}): Report => ({
  ...{ version: 1, kind: 'audit', run: '20240601T030000Z-4f1c', playbooks: [] },
  ...{ startedAt: '2024-06-01T03:00:00.000Z', finishedAt: '2024-06-01T03:00:07.500Z' },
  hosts,
  ...more,
});

const guarded = { enforced: 'namespace', groups: ['docker', 'web'] } as const;

/** Two hosts with the same trouble, one without, one that can't be reached, one that could not see all. */
export const audit = (): Report =>
  report([
    hostReport('web-1', { ...guarded, findings: [heldBy('cadvisor'), binds('cadvisor')] }),
    hostReport('web-2', { ...guarded, findings: [heldBy('cadvisor', DEAD.replace('648', '777')), binds('cadvisor')] }),
    hostReport('web-3', guarded),
    hostReport('db-1', {
      ...{ status: 'unreachable', groups: ['db'] },
      reason: { message: 'ssh: connect to host 10.0.0.9 port 22: No route to host', todo: 'check the address' },
    }),
    hostReport('kube-1', {
      ...{ enforced: 'uid', groups: ['docker'], findings: [kubernetes] },
      unseen: ["mounts of other users' processes: not root"],
    }),
  ]);

/** What a run came to: freed, in doubt, put back, not reached in time; nothing of it is the host's own words. */
export const run = (): Report =>
  report(
    [
      hostReport('web-1', {
        ...{ status: 'changed', groups: ['docker', 'web'], gone: [heldBy('cadvisor')] },
        changes: [
          {
            step: 'Let go',
            stepType: 'umount',
            summary: 'unmount …/merged in the host',
            risk: 'none',
            state: 'applied',
          },
          {
            step: 'Remove',
            stepType: 'rm_dead',
            summary: 'remove Dead container 648fcdd4547a',
            risk: 'none',
            state: 'applied',
          },
        ],
      }),
      hostReport('web-2', {
        ...{ status: 'failed', groups: ['docker', 'web'], findings: [heldBy('cadvisor')] },
        reason: { message: 'the connection was lost', todo: 'unwedge resume 20240601T030000Z-4f1c' },
        changes: [
          {
            ...{ step: 'Remove', stepType: 'rm_dead', summary: 'remove Dead container 777fcdd4547a', risk: 'none' },
            ...{ state: 'in-doubt', reason: 'the connection was lost' },
          },
          {
            step: 'Restart',
            stepType: 'restart',
            summary: 'restart cadvisor',
            risk: 'container-restart',
            state: 'planned',
          },
        ],
      }),
      hostReport('db-1', { status: 'not-attempted', groups: ['db'] }),
    ],
    { kind: 'run', playbooks: ['free-dead-containers'] },
  );

/** A journal without an end. */
export const interrupted = (): Report => {
  const { finishedAt: _, ...rest } = report([hostReport('web-1', { status: 'interrupted' }), hostReport('web-2')], {
    kind: 'run',
    playbooks: ['p.yaml'],
  });
  return rest;
};

/** A text that tries to break out of every format. */
export const HOSTILE = `=cmd|' /C calc'!A0","x\r\n<script>alert(1)</script> ]]> &amp; \u001b[2J\u0007\u202e\u2028 \ufffe \ud800 | \` \`\`\`\n# h\n\\" {{ }} @team https://evil.example/ ![x](http://evil.example/x.png)`;

const hostileFinding: Finding = {
  ...{ code: 'UW001', severity: 'critical', subject: HOSTILE, message: HOSTILE, remedy: HOSTILE, evidence: [HOSTILE] },
  data: { container: { id: HOSTILE }, holder: { kind: HOSTILE, name: HOSTILE }, mounts: [{ namespace: HOSTILE }] },
};

export const hostile = (): Report =>
  report(
    [
      hostReport(HOSTILE, {
        ...{ status: 'failed', groups: [HOSTILE], reason: { message: HOSTILE, todo: HOSTILE }, unseen: [HOSTILE] },
        findings: [hostileFinding],
        gone: [{ ...hostileFinding, subject: `${HOSTILE} 2` }],
        changes: [
          { step: HOSTILE, stepType: 'command', summary: HOSTILE, risk: 'none', state: 'in-doubt', reason: HOSTILE },
        ],
      }),
    ],
    { kind: 'run', playbooks: [HOSTILE] },
  );

/** A fleet: every 7th host has the same trouble, with ids of its own. */
export const fleet = (size: number): Report =>
  report(
    Array.from({ length: size }, (_, i) => {
      const id = (0xa11ce0000000 + i * 7919).toString(16).padEnd(64, '0');
      const findings = i % 7 === 0 ? [heldBy('cadvisor', id), binds('cadvisor')] : [];
      return hostReport(`web-${i + 1}`, { ...guarded, findings });
    }),
  );
