import { printable } from '../core/printable.ts';
import type { HostFinding, ReportDiff } from '../core/report.ts';

/** What has become of findings since an earlier audit, for a terminal. */
export function diffLines(diff: ReportDiff): readonly string[] {
  const { run, startedAt, appeared, went, stayed, unknown } = diff;
  const counts = `${appeared.length} appeared, ${went.length} went, ${stayed.length} stayed`;
  const more = unknown.length === 0 ? '' : `, ${unknown.length} unknown (hosts that could not be looked at)`;
  return [
    `Since ${printable(run)}, ${startedAt}: ${counts}${more}`,
    ...part('+', appeared),
    ...part('-', went),
    ...part('?', unknown),
  ];
}

function part(sign: string, findings: readonly HostFinding[]): readonly string[] {
  const lines = findings.slice(0, SHOWN).map(({ host, code, severity, message }) => {
    return `  ${sign} ${printable(host)}  ${code} ${severity}  ${printable(message)}`;
  });
  const left = findings.length - lines.length;
  return left === 0 ? lines : [...lines, `  ${sign} … and ${left} more`];
}

/** All are in the report. */
const SHOWN = 30;
