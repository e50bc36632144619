import type { HostStatus } from '../../../src/core/event.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { HostReport, Report, ReportedChange } from '../../../src/core/report.ts';
import { CATALOGUE, type Code } from '../../../src/docker/finding-catalogue.ts';

/** Reports as audits and runs of real fleets come to them: mostly well, a few hosts wedged, some away. The same each time. */
export const reportOf = (hosts: readonly HostReport[], more: Partial<Report> = {}): Report => ({
  ...{ version: 1, kind: 'audit', run: '20261122T030000Z-k2fd', playbooks: ['audit'] },
  ...{ startedAt: '2026-11-22T03:00:00.000Z', finishedAt: '2026-11-22T03:00:12.400Z', hosts },
  ...more,
});

export const host = (name: string, findings: readonly Finding[] = [], more: Partial<HostReport> = {}): HostReport => ({
  ...{
    host: name,
    groups: ['docker'],
    status: 'ok',
    enforced: 'namespace',
    unseen: [],
    findings,
    gone: [],
    changes: [],
  },
  ...more,
});

export const found = (code: Code, more: Partial<Finding> = {}): Finding => ({
  ...{
    code,
    severity: CATALOGUE[code]?.severity ?? 'info',
    subject: 'host',
    message: CATALOGUE[code]?.title.toLowerCase() ?? '',
  },
  ...{ remedy: 'unwedge explain tells what to do', evidence: [] },
  ...more,
});

const ID = 'b7dfb873b6cd4f6b0f1a2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071';

interface Holder {
  readonly kind: string;
  readonly name: string;
  readonly who: string;
  readonly bind?: string;
  readonly root?: string;
}

export const agent: Holder = {
  ...{ kind: 'container', name: 'cadvisor', who: 'container cadvisor (207da136ae21, pid 304)' },
  ...{ bind: '/:/rootfs', root: '/rootfs' },
};
export const ntpd: Holder = { kind: 'unit', name: 'ntpd.service', who: 'unit ntpd.service (pid 812)' };

/** A container that is stuck by this holder, with its shm and its root filesystem. */
export function stuck(name: string, holder: Holder): Finding {
  const code = holder.kind === 'container' ? 'UW001' : 'UW002';
  const paths = [`/var/lib/docker/containers/${ID}/mounts/shm`, `/var/lib/docker/overlay2/${ID}/merged`];
  const namespace = holder.kind === 'container' ? '4026532570' : '4026532444';
  const mounts = paths.map((path) => ({
    ...{ path, mountpoint: `${holder.root ?? ''}${path}`, namespace, device: '0:72', propagation: 'private' },
    processes: [{ pid: 304, start: '4711', command: holder.name }],
  }));
  const { kind, who, bind = null } = holder;
  const through = bind === null ? '' : ` through its bind ${bind}`;
  return found(code, {
    subject: `container ${name} (b7dfb873b6cd)`,
    message: `${name} (b7dfb873b6cd) is stuck: ${who} holds …/mounts/shm, …/merged${through}`,
    remedy: `unwedge run free-dead-containers unmounts that copy and removes the container; where it cannot: restart what holds it`,
    evidence: [
      `container ${ID}, image app:1`,
      `State.Error: unable to remove filesystem for ${ID}: unlinkat ${paths[0]}: device or resource busy [busy-mount, docker 17.06–28.1]`,
      ...mounts.map(({ mountpoint }) => `mnt:[${namespace}] has it at ${mountpoint}, private, device 0:72`),
    ],
    data: {
      container: { id: ID, name, image: 'app:1', since: '2026-11-21T22:14:03Z' },
      ...{ said: [], mounts, refused: [], holder: { kind, name: holder.name, who, release: 'restart it', bind } },
    },
  });
}

export const binds = (name: string): Finding =>
  found('UW301', {
    subject: `container ${name} (207da136ae21)`,
    message: `container ${name} (207da136ae21) binds /:/rootfs without rslave and has 12 lasting copies of docker's mounts`,
    remedy: 'mount that bind with rslave and start the container anew',
    evidence: ['bind /:/rootfs, mode ro, propagation rprivate'],
    data: { id: ID, binds: ['/:/rootfs'], copies: 12 },
  });

export const el7 = (): Finding =>
  found('UW309', {
    message: 'fs.may_detach_mounts is 0 (kernel 3.10.0-1160.el7.x86_64): a mount in any namespace blocks a removal',
    remedy: 'unwedge run detach-mounts turns it on, without a restart',
  });

export const away = (name: string): HostReport =>
  host(name, [], {
    ...{ status: 'unreachable', groups: ['docker', 'edge'] },
    reason: {
      message: `ssh to ${name}: Connection timed out after 10 s`,
      todo: `see whether ssh ${name} works from here`,
    },
  });

/** Most of which there is nothing to tell; the others spread over the fleet. */
export function fleet(size: number): Report {
  const names = Array.from({ length: size }, (_, i) => `${['web', 'db', 'queue'][i % 3]}-${Math.floor(i / 3) + 1}`);
  return reportOf(names.map(nth));
}

function nth(name: string, i: number): HostReport {
  const groups = [name.replace(/-\d+$/, ''), i % 5 === 0 ? 'el7' : 'debian'];
  if (i % 97 === 41) return { ...away(name), groups };
  if (i % 61 === 1) return host(name, [stuck('payments', agent), binds('cadvisor'), el7()], { groups });
  if (i % 149 === 70) return host(name, [stuck('mailer', ntpd), stuck('indexer', ntpd)], { groups });
  if (i % 13 === 5) return host(name, [binds('cadvisor')], { groups });
  if (i % 10 === 0) return host(name, [el7()], { groups });
  if (i % 127 === 3)
    return host(name, [], { groups, enforced: 'uid', unseen: ['mounts of 312 processes: they belong to other users'] });
  return host(name, [], { groups });
}

export const change = (state: ReportedChange['state'], more: Partial<ReportedChange> = {}): ReportedChange => ({
  ...{ step: 'Let go in the namespaces of the holders', stepType: 'umount', risk: 'none', state },
  summary: 'unmount /rootfs/var/lib/docker/containers/b7dfb873b6cd…/mounts/shm of payments in container cadvisor',
  ...more,
});

/** Only audits are guarded. */
function ofRun(name: string, more: Partial<HostReport>): HostReport {
  const { enforced: _, ...plain } = host(name, [], more);
  return plain;
}

/** One host of each outcome, and one change of each state. */
export function aRun(kind: 'check' | 'run' | 'rollback'): Report {
  const statuses: readonly HostStatus[] = ['ok', 'changed', 'failed', 'unreachable', 'locked', 'interrupted'];
  const others: readonly HostStatus[] = ['rolled-back', 'not-attempted', 'drifted', 'flapping'];
  const states: readonly ReportedChange['state'][] = [
    ...(['planned', 'applied', 'in-doubt', 'drifted', 'left'] as const),
    ...(['undone', 'undo-failed', 'irreversible'] as const),
  ];
  const hosts = [...statuses, ...others].map((status, i) =>
    ofRun(`${status}-host`, {
      status,
      ...(i > 1 ? { reason: { message: `${status}: the reason why`, todo: 'what to do about it' } } : {}),
      ...(status === 'changed'
        ? {
            gone: [stuck('payments', agent)],
            changes: states.map((state) => change(state, { reason: `why ${state}` })),
          }
        : {}),
    }),
  );
  return reportOf(hosts, { kind, playbooks: ['free-dead-containers'] });
}

/** An audit held against one of the day before: one host is mended, one is new, one is away. */
export function compared(): Report {
  const finding = (name: string, { code, severity, subject, message }: Finding) => ({
    ...{ host: name, code, severity, subject, message },
  });
  const { hosts } = fleet(60);
  return reportOf(hosts, {
    diff: {
      ...{ run: '20261121T030000Z-abcd', startedAt: '2026-11-21T03:00:00.000Z' },
      appeared: [finding('db-1', stuck('payments', agent))],
      went: [finding('web-2', stuck('mailer', ntpd))],
      stayed: [finding('web-1', el7())],
      unknown: [finding('queue-14', stuck('cron', ntpd))],
    },
  });
}

/** Would be run if any text of a host became markup. */
export const SCRIPT = `"'><script>globalThis.harmed = 1</script><img src=x onerror="globalThis.harmed = 1"></script><!--`;
/** Turns the order of letters, ends lines, steers terminals. */
export const CONTROLS = '\u202egnp.exe\u2066 \u0000\u0007\u001b[2J\u2028';
export const LONG = 'x'.repeat(10_000);

/** Hosts that say what they can to do harm, in every text that they have. */
export function hostile(): Report {
  const all = `${SCRIPT}${CONTROLS}`;
  const texts = { subject: `${all}${LONG}`, message: `${all}${LONG}`, remedy: all, evidence: [all, LONG] };
  const holder: Holder = { kind: all, name: all, who: all, bind: all };
  const name = `evil/${all}`;
  return reportOf([
    host(name, [{ ...stuck(all, holder), ...texts }, found('UW301', texts)], {
      groups: [all],
      unseen: [all],
      gone: [found('UW002', texts)],
      changes: [change('applied', { summary: `${all}${LONG}`, step: all, stepType: all, reason: all })],
    }),
    host(LONG, [], { status: 'failed', reason: { message: `${all}${LONG}`, todo: all } }),
    host('plain', [{ ...found('UW999' as Code, texts), severity: 'critical', data: { holder: 1, mounts: [null] } }]),
  ]);
}
