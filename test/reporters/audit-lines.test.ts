import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { HostReport, Report } from '../../src/core/report.ts';
import { type AuditView, auditLines } from '../../src/reporters/audit-lines.ts';
import { displayWidth } from '../../src/reporters/display-width.ts';
import { createStyle } from '../../src/reporters/style.ts';
import { whyLines } from '../../src/reporters/why-lines.ts';

const free = 'unwedge run free-dead-containers unmounts that copy and removes the container';
const heldBy = (who: string, id: string): Finding => ({
  ...{ code: 'UW002', severity: 'critical', subject: `container victim (${id})`, remedy: free },
  message: `victim (${id}) is stuck: ${who} holds …/merged`,
  evidence: [`container ${id}`],
});
const bind: Finding = {
  ...{ code: 'UW301', severity: 'warning', subject: 'container cadvisor', evidence: [] },
  message: 'container cadvisor binds /:/rootfs without rslave',
  remedy: 'mount that bind with rslave and start the container anew',
};
const info: Finding = {
  ...{ code: 'UW312', severity: 'info', subject: 'host', evidence: [], remedy: 'leave MountFlags as it is' },
  message: 'live-restore is on',
};

const host = (name: string, findings: readonly Finding[], more: Partial<HostReport> = {}): HostReport => ({
  ...{ host: name, status: 'ok', enforced: 'namespace', unseen: [], findings, gone: [], changes: [] },
  ...more,
});
const report = (hosts: readonly HostReport[]): Report => ({
  ...{ version: 1, kind: 'audit', run: 'r', startedAt: '2026-11-22T06:00:00.000Z', playbooks: [], hosts },
});
const view = (columns?: number): AuditView => ({
  ...{ style: createStyle(false), columns, verbose: 0, inventory: '-i inventory.yaml' },
});

const fleet = [
  ...Array.from({ length: 286 }, (_, i) => host(`web-${i + 1}`, i % 2 === 0 ? [info] : [])),
  ...Array.from({ length: 9 }, (_, i) => host(`mon-${i + 1}`, [bind])),
  host('db-1', [heldBy('unit ntpd.service (pid 17)', '0123456789ab')]),
  host('db-2', [heldBy('unit ntpd.service (pid 18)', '0123456789ac')]),
  host('db-3', [heldBy('container agent (aaaaaaaaaaa1, pid 9)', '0123456789ad')]),
  host('gone-1', [], { status: 'unreachable', reason: { message: 'Connection refused', todo: 'is it up?' } }),
  host('plain-1', [], {
    enforced: 'uid',
    why: 'the user is not root',
    unseen: ['who holds mounts: only root may look'],
  }),
];

describe('an audit on the terminal', () => {
  it('tells hosts with the same findings together, the worst and the fewest first, then what to run', () => {
    expect(auditLines(report(fleet), view())).toMatchInlineSnapshot(`
      [
        "Not looked at:",
        "  1 host: gone-1",
        "    unreachable: Connection refused → is it up?",
        "",
        "Not seen:",
        "  1 host: plain-1",
        "    who holds mounts: only root may look",
        "",
        "Found:",
        "  1 host: db-3",
        "    UW002 critical  victim (0123456789ad) is stuck: container agent (aaaaaaaaaaa1, pid 9) holds …/merged",
        "  2 hosts: db-1, db-2",
        "    UW002 critical  victim (<id>) is stuck: unit ntpd.service (pid <n>) holds …/merged",
        "  9 hosts: mon-1, mon-2, mon-3, mon-4, mon-5, mon-6, mon-7, mon-8 … (+1)",
        "    UW301 warning   container cadvisor binds /:/rootfs without rslave",
        "  1 host: nothing that could be seen",
        "  286 hosts: nothing",
        "",
        "Good to know:",
        "  143 hosts: web-1, web-3, web-5, web-7, web-9, web-11, web-13, web-15 … (+135)",
        "    UW312 info      live-restore is on",
        "",
        "What to do:",
        "  3 hosts: db-1, db-2, db-3",
        "    → unwedge run free-dead-containers -i inventory.yaml --check",
        "  9 hosts: mon-1, mon-2, mon-3, mon-4, mon-5, mon-6, mon-7, mon-8 … (+1)",
        "    → mount that bind with rslave and start the container anew (UW301)",
        "",
        "300 hosts: 3 with something stuck, 9 with causes that wait, 286 in order, 1 seen in part, 1 not looked at",
        "299 hosts kept from writing by a namespace of their own",
        "1 host kept from writing by their user's lack of rights",
      ]
    `);
  });

  it.each([80, 160])('keeps to %i columns', (columns) => {
    const tooLong = auditLines(report(fleet), view(columns)).filter((line) => displayWidth(line) > columns);
    expect(tooLong).toEqual([]);
  });

  it('tells the ids of a host that stands alone, and with -v those of all, with the evidence', () => {
    const pair = fleet.filter(({ host }) => host === 'db-1' || host === 'db-2');
    expect(auditLines(report(pair.slice(0, 1)), view()).join('\n')).toContain('victim (0123456789ab) is stuck');
    expect(auditLines(report(pair), view()).join('\n')).toContain('victim (<id>) is stuck');
    const verbose = auditLines(report(pair), { ...view(), verbose: 1 }).join('\n');
    expect(verbose).toContain('victim (0123456789ac) is stuck');
    expect(verbose).toContain('· container 0123456789ac');
  });

  it('says why a host was not kept from writing', () => {
    const lines = auditLines(report([host('a', [], { enforced: 'none', why: 'the host has no setpriv' })]), view());
    expect(lines.at(-1)).toBe("1 host not kept from writing but by the probes' own care (the host has no setpriv)");
  });

  it('colours only where colour is on', () => {
    const esc = '\u001b[';
    expect(auditLines(report(fleet), view(80)).join('\n')).not.toContain(esc);
    expect(auditLines(report(fleet), { ...view(80), style: createStyle(true) }).join('\n')).toContain(`${esc}31m`);
  });
});

describe('--why', () => {
  const held: Finding = {
    ...heldBy('unit ntpd.service (pid 17)', '0123456789ab'),
    evidence: ['mnt:[4026532723] has it at /x/merged, private', 'said by\u001b[31m the host'],
    data: {
      container: { id: '0123456789ab', name: 'victim', image: 'busybox', since: '2026-11-22T05:00:00Z' },
      mounts: [
        {
          ...{ path: '/x/merged', mountpoint: '/rootfs/x/merged', namespace: '4026532723', device: '0:41' },
          ...{ propagation: 'private', processes: [{ pid: 17, start: '99', command: 'ntpd' }] },
        },
      ],
      holder: { kind: 'unit', name: 'ntpd.service', who: 'unit ntpd.service (pid 17)', bind: null },
    },
  };

  it('tells the chain from the container to who holds it, and what it was concluded from', () => {
    expect(whyLines(host('db-1', [held]), view()).join('\n')).toMatchInlineSnapshot(`
      "db-1: looked at, 1 finding
        enforced: namespace

      UW002 critical  victim (0123456789ab) is stuck: unit ntpd.service (pid 17) holds …/merged
        container  victim 0123456789ab, image busybox, not running since 2026-11-22T05:00:00Z
        mount      /x/merged, device 0:41
        namespace  mnt:[4026532723] has it at /rootfs/x/merged, private
                   in it: pid 17 ntpd
        holder     unit ntpd.service (pid 17)
        concluded from:
          · mnt:[4026532723] has it at /x/merged, private
          · said by\\x1b[31m the host
        → unwedge run free-dead-containers unmounts that copy and removes the container"
    `);
  });

  it('says so where nothing was found, and why a host was not looked at', () => {
    expect(whyLines(host('a', []), view())).toEqual(['a: looked at, nothing found', '  enforced: namespace']);
    const gone = host('b', [], { status: 'unreachable', reason: { message: 'no route' } });
    expect(whyLines(gone, view())).toEqual(['b: unreachable: no route', '  enforced: namespace']);
    const blind = host('c', [], { unseen: ['docker'] });
    expect(whyLines(blind, view())[0]).toBe('c: looked at, nothing found in what could be seen');
  });
});
