import type { HostStatus } from '../../core/event.ts';
import type { Finding, Severity } from '../../core/finding.ts';
import { changeCount, foundNow, type HostReport, type Report, SEVERITIES } from '../../core/report.ts';
import { isKnown } from '../tally.ts';
import { type HolderFacts, heldMounts } from './held-mounts.ts';

/** How a host stands: by the worst that is found there now. `unknown`: it was not looked at to the end; `unchecked`: no step looked. */
export type Standing = Severity | 'unknown' | 'unchecked' | 'clean';

/** The order in which people look at them. */
export const STANDINGS: readonly Standing[] = ['critical', 'warning', 'unknown', 'info', 'unchecked', 'clean'];

/** The worst first. */
export const STATUSES: readonly HostStatus[] = [
  ...(['failed', 'unreachable', 'drifted', 'flapping', 'locked', 'interrupted'] as const),
  ...(['not-attempted', 'rolled-back', 'changed', 'ok'] as const),
];

/** One host of a report, with what is asked of it again and again. */
export interface FleetHost {
  readonly report: HostReport;
  /** What is so on it now, the worst first. */
  readonly findings: readonly Finding[];
  readonly standing: Standing;
  /** Changes that may have been made; in a check, would be. */
  readonly changes: number;
  /** Each once, in order. */
  readonly codes: readonly string[];
  /** Each once: who holds mounts of stuck containers. */
  readonly holders: readonly HolderFacts[];
}

export const fleetOf = ({ kind, hosts }: Report): FleetHost[] => hosts.map((host) => fleetHost(host, kind));

function fleetHost(report: HostReport, kind: Report['kind']): FleetHost {
  const findings = foundNow({ kind }, report).toSorted(worstFirst);
  const held = findings.flatMap((finding) => heldMounts(finding)?.holder ?? []);
  return {
    report,
    findings,
    changes: changeCount({ kind }, report),
    standing: findings[0]?.severity ?? (!isKnown(report) ? 'unknown' : report.unchecked ? 'unchecked' : 'clean'),
    codes: [...new Set(findings.map(({ code }) => code))].toSorted(compare),
    holders: [...new Map(held.map((holder) => [`${holder.kind} ${holder.name}`, holder])).values()],
  };
}

type Found = Pick<Finding, 'severity' | 'code'>;

/** In the order of severities, then of codes. */
export const worstFirst = (a: Found, b: Found): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || compare(a.code, b.code);

/** By code units: the same in every browser, whatever its language. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How often each word comes, the most frequent first. */
export function tally<Word extends string>(words: Iterable<Word>): [word: Word, times: number][] {
  const times = new Map<Word, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return [...times].toSorted((a, b) => b[1] - a[1] || compare(a[0], b[0]));
}

/** One code that is found somewhere. */
export interface CodeCount {
  readonly code: string;
  /** The worst with which it is found. */
  readonly severity: Severity;
  readonly hosts: readonly FleetHost[];
  readonly findings: number;
}

/** Every code that is found, the worst first. */
export function codesOf(fleet: readonly FleetHost[]): CodeCount[] {
  const codes = [...new Set(fleet.flatMap((host) => host.codes))];
  return codes.map((code) => codeCount(code, fleet)).toSorted(worstFirst);
}

function codeCount(code: string, fleet: readonly FleetHost[]): CodeCount {
  const hosts = fleet.filter(({ codes }) => codes.includes(code));
  const found = hosts.flatMap(({ findings }) => findings).filter((finding) => finding.code === code);
  const severity = SEVERITIES.find((one) => found.some((finding) => finding.severity === one)) ?? 'info';
  return { code, severity, hosts, findings: found.length };
}
