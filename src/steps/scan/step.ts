import type { Change } from '../../core/change.ts';
import type { JsonObject } from '../../core/json.ts';
import { defineStep, type Planned } from '../../core/step-type.ts';
import { type Daemon, hasOwnNamespace } from '../../docker/daemon.ts';
import { isOfStuck, OF_STUCK } from '../../docker/finding-catalogue.ts';
import { findingsOf, userFindings } from '../../docker/findings.ts';
import { type Survey, surveyHost } from '../../docker/host-survey.ts';
import { liveRestoreAfter } from '../../docker/live-restore.ts';
import { holders, outlooks } from '../../docker/outlook.ts';
import { detaches } from '../../docker/pins.ts';
import { willHaveOwnNamespace } from '../../docker/slave-mounts.ts';
import { surveyAsUser, type UserSurvey } from '../../docker/user-survey.ts';

export interface ScanArgs {
  readonly tell: 'all' | 'stuck';
}

/** A read-only look: which containers are stuck, who holds them, what waits to hold the next, and how the daemon runs. */
export const scan = defineStep<ScanArgs, Survey | UserSurvey, never>({
  name: 'scan',
  description:
    'Looks for Dead containers, who holds their mounts, what removals left behind, and the causes that still wait. Changes nothing.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      tell: {
        type: 'string',
        enum: ['all', 'stuck'],
        default: 'all',
        description:
          'What to tell people: all that was found, or only of containers that are stuck now. The other fields of a register are the same.',
      },
    },
    examples: [{}, { tell: 'stuck' }],
  },
  output: {
    dead: 'int',
    pinned: 'int',
    removable: 'int',
    other_cause: 'int',
    being_removed: 'int',
    holders: 'list<string>',
    summary: 'string',
    findings: 'list<dyn>',
    orphans: 'int',
    running: 'int',
    docker_version: 'string',
    docker_root: 'string',
    driver: 'string',
    live_restore: 'bool',
    containerd: 'string',
    own_namespace: 'bool',
    kubernetes: 'bool',
    kernel: 'string',
    may_detach_mounts: 'string',
  },
  onlyLooks: true,
  deadline: 180,
  probe: (host) => (host.guard?.enforced === 'uid' ? surveyAsUser(host) : surveyHost(host)),
  plan({ tell }, survey, { pending }) {
    if ('unseen' in survey) return planAsUser(survey);
    const all = findingsOf(survey, pending);
    const ofStuck = all.filter(({ code }) => isOfStuck(code));
    const findings = tell === 'all' ? all : ofStuck;
    const output = {
      ...stuckOutput(survey, pending),
      summary: ofStuck.map(({ code, message }) => `${code} ${message}`).join('; ') || 'no container is stuck',
      // A register is plain JSON.
      findings: findings.map((finding): JsonObject => ({ ...finding, data: finding.data ?? {} })),
      orphans: survey.leftovers.length,
      ...hostOutput(survey.daemon, pending),
    };
    return { changes: [], findings, output, ...(tell === 'stuck' ? { tells: OF_STUCK } : {}) };
  },
  apply: () => Promise.reject(new Error('scan plans no change')),
  undo: { kind: 'irreversible', reason: 'a scan changes nothing' },
});

/** What must not be concluded from what was not seen is left out: nobody asks a register in an audit. */
function planAsUser({ survey, unseen }: UserSurvey): Planned<never> {
  return { changes: [], findings: survey === undefined ? [] : userFindings(survey), unseen };
}

function stuckOutput(survey: Survey, pending: readonly Change[]) {
  const stuck = outlooks(survey, pending);
  const count = (kind: string) => stuck.filter((o) => o.kind === kind).length;
  return {
    // A removal that runs right now is not stuck yet.
    dead: stuck.length - count('being-removed'),
    pinned: count('pinned'),
    removable: count('removable'),
    other_cause: count('other-cause'),
    being_removed: count('being-removed'),
    holders: [...new Set(stuck.flatMap((o) => (o.kind === 'pinned' ? holders(o.by, survey) : [])))],
  };
}

const hostOutput = (daemon: Daemon, pending: readonly Change[]) => ({
  running: daemon.containers.filter((c) => c.pid > 0).length,
  docker_version: daemon.version,
  docker_root: daemon.root,
  driver: daemon.driver,
  live_restore: liveRestoreAfter(daemon.liveRestore, pending) ?? false,
  containerd: daemon.containerd,
  own_namespace: hasOwnNamespace(daemon) || willHaveOwnNamespace(daemon, pending),
  kubernetes: daemon.kubernetes.length > 0,
  kernel: daemon.kernel.release,
  may_detach_mounts: mayDetachMounts(daemon, pending),
});

/** `absent`, `off` or `on`, as it will be. */
function mayDetachMounts(daemon: Daemon, pending: readonly Change[]): Daemon['kernel']['mayDetachMounts'] {
  if (daemon.kernel.mayDetachMounts === 'absent') return 'absent';
  return detaches(daemon, pending) ? 'on' : 'off';
}
