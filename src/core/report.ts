import type { Change } from './change.ts';
import type { Enforcement } from './enforcement.ts';
import type { HostStatus, Reason, RunMode, StopCause } from './event.ts';
import type { Finding, Severity } from './finding.ts';
import type { ChangeState } from './run-record.ts';

/** What an audit or a run came to: the document behind each format. Plain JSON, versioned; schemas/report.json is its schema. */
export interface Report {
  readonly version: 1;
  readonly kind: 'audit' | RunMode;
  /** The run's id. */
  readonly run: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  /** Left out where the run has no end: it was interrupted, or its controller died. */
  readonly finishedAt?: string;
  readonly playbooks: readonly string[];
  /** What ended it before its last host, where something did. */
  readonly stopped?: { readonly by: StopCause; readonly reason: Reason };
  /** In the order in which the run had them. */
  readonly hosts: readonly HostReport[];
  /** Where it is held against an earlier one. */
  readonly diff?: ReportDiff;
}

/** What has become of findings since an earlier report, by host, code and subject. */
export interface ReportDiff {
  /** The earlier one's id, and when it began. */
  readonly run: string;
  readonly startedAt: string;
  readonly appeared: readonly HostFinding[];
  readonly went: readonly HostFinding[];
  readonly stayed: readonly HostFinding[];
  /** Of then, on hosts that are not in this report or could not be looked at. */
  readonly unknown: readonly HostFinding[];
}

export interface HostFinding extends Pick<Finding, 'code' | 'severity' | 'subject' | 'message'> {
  readonly host: string;
}

export interface HostReport {
  readonly host: string;
  /** Of the inventory, but for `all`; left out where they are not known. */
  readonly groups?: readonly string[];
  /** `interrupted` where the journal ends before the host did. */
  readonly status: HostStatus;
  readonly reason?: Reason;
  /** How many changes of a run a rollback can take back; left out where it can all. */
  readonly undoable?: number;
  /** Audits only. */
  readonly enforced?: Enforcement;
  /** Why it is not `namespace`. */
  readonly why?: string;
  /** True: no step of this run looked for stuck containers here, so no findings means nothing. */
  readonly unchecked?: true;
  /** A line each: what could not be seen, and why. */
  readonly unseen: readonly string[];
  /** As last looked at. */
  readonly findings: readonly Finding[];
  /** Found by an earlier look of this run and no more by its last. In a check it is there still: a run would take it away. */
  readonly gone: readonly Finding[];
  readonly changes: readonly ReportedChange[];
}

export interface ReportedChange {
  readonly step: string;
  readonly stepType: string;
  readonly summary: string;
  readonly risk: Change['risk'];
  /** Names of the containers that it stops and that have no restart policy: they stay down. */
  readonly down?: readonly string[];
  /** A dry run can't know whether a run will make it. */
  readonly may?: boolean;
  /** `planned`: a dry run's, or one that was not begun. */
  readonly state: ChangeState | 'planned';
  /** Why it is in doubt, drifted, left, not undone or irreversible. */
  readonly reason?: string;
}

/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];

/** How many of a host's changes may have been made; in a check, would be. Of `left` and `drifted` it is certain that nothing was done. */
export const changeCount = ({ kind }: Pick<Report, 'kind'>, { changes }: HostReport): number =>
  changes.filter(({ state }) => (state === 'planned' ? kind === 'check' : state !== 'left' && state !== 'drifted'))
    .length;

/** What is so on a host now. */
export const foundNow = ({ kind }: Pick<Report, 'kind'>, { findings, gone }: HostReport): readonly Finding[] =>
  kind === 'check' ? [...findings, ...gone] : findings;
