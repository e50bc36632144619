import { foundNow, type HostFinding, type HostReport, type Report, type ReportDiff } from '../core/report.ts';
import { isKnown } from './tally.ts';

/** What has become of the findings of an earlier report. Pure; by host, code and subject, the second of the same being another one. */
export function diffReports(before: Report, now: Report): ReportDiff {
  const [then, today] = [findingsByKey(before), findingsByKey(now)];
  const known = new Set(now.hosts.filter(isKnown).map(({ host }) => host));
  const left = [...then].filter(([key]) => !today.has(key)).map(([, finding]) => finding);
  return {
    run: before.run,
    startedAt: before.startedAt,
    appeared: [...today].filter(([key]) => !then.has(key)).map(([, finding]) => finding),
    went: left.filter(({ host }) => known.has(host)),
    stayed: [...today].filter(([key]) => then.has(key)).map(([, finding]) => finding),
    unknown: left.filter(({ host }) => !known.has(host)),
  };
}

/** A host that has not been looked at to its end may hide more than it shows: what it does not show is not known to be gone. */
function findingsByKey(report: Report): ReadonlyMap<string, HostFinding> {
  return new Map(report.hosts.flatMap((host) => hostFindings(report, host)));
}

function hostFindings(report: Report, host: HostReport): readonly (readonly [string, HostFinding])[] {
  const times = new Map<string, number>();
  return foundNow(report, host).map(({ code, severity, subject, message }) => {
    const finding = { host: host.host, code, severity, subject, message };
    const key = findingKey(finding);
    const nth = (times.get(key) ?? 0) + 1;
    times.set(key, nth);
    return [`${key} ${nth}`, finding] as const;
  });
}

/** What a finding is known by from report to report: its words may change. */
export const findingKey = ({ host, code, subject }: Pick<HostFinding, 'host' | 'code' | 'subject'>): string =>
  JSON.stringify([host, code, subject]);

/** `appeared` or `stayed`, by a finding's key. */
export const findingStates = (diff: ReportDiff | undefined): ReadonlyMap<string, 'appeared' | 'stayed'> =>
  new Map([
    ...(diff?.appeared ?? []).map((finding) => [findingKey(finding), 'appeared'] as const),
    ...(diff?.stayed ?? []).map((finding) => [findingKey(finding), 'stayed'] as const),
  ]);
