import { printable } from '../core/printable.ts';
import { changeCount, type HostFinding, type HostReport, type Report } from '../core/report.ts';
import { findingKey, findingStates } from './diff.ts';

const COLUMNS = [
  ...['host', 'groups', 'status', 'reason', 'enforced', 'unseen', 'changes'],
  ...['state', 'severity', 'code', 'subject', 'message', 'remedy', 'evidence'],
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/**
 * A row for each host and finding, also for hosts without any (RFC 4180). `state`: found, or gone by what the run has done;
 * held against an earlier report: appeared, stayed, went or unknown.
 */
export function csvReport(report: Report): string {
  const states = findingStates(report.diff);
  const rows = report.hosts.flatMap((host) => hostRows(report, host, states));
  const past = pastRows(report);
  return [COLUMNS, ...[...rows, ...past].map((row) => COLUMNS.map((name) => row[name] ?? ''))].map(line).join('');
}

function hostRows(report: Report, host: HostReport, states: ReadonlyMap<string, string>): readonly Row[] {
  const of = hostCells(report, host);
  const found = host.findings.map((finding) => {
    return { ...finding, state: states.get(findingKey({ ...finding, host: host.host })) ?? 'found' };
  });
  const gone = host.gone.map((finding) => ({ ...finding, state: 'gone' }));
  const rows = [...found, ...gone].map(({ state, severity, code, subject, message, remedy, evidence }) => ({
    ...{ ...of, state, severity, code, subject, message, remedy },
    evidence: evidence.join(' | '),
  }));
  return rows.length === 0 ? [of] : rows;
}

function hostCells(report: Report, host: HostReport): Row {
  const { groups, status, reason, enforced, unseen } = host;
  return {
    ...{ host: host.host, status, groups: (groups ?? []).join(' '), unseen: unseen.join(' | ') },
    reason: [reason?.message ?? '', reason?.todo ?? ''].filter((text) => text !== '').join(' -> '),
    enforced: enforced ?? '',
    changes: String(changeCount(report, host)),
  };
}

/** What an earlier report has found and this one has not. */
function pastRows(report: Report): readonly Row[] {
  const { diff, hosts } = report;
  const cells = new Map(hosts.map((host) => [host.host, hostCells(report, host)]));
  const row = (state: string) => (finding: HostFinding) => ({ ...cells.get(finding.host), ...finding, state });
  return [...(diff?.went ?? []).map(row('went')), ...(diff?.unknown ?? []).map(row('unknown'))];
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

const cell = (text: string): string => {
  const safe = withoutFormula(printable(text));
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** A spreadsheet takes what begins so for a formula (owasp.org/www-community/attacks/CSV_Injection); some split cells at semicolons. */
const withoutFormula = (text: string): string => text.replace(/(^|;)(\s*)(?=[=+\-@＝＋－＠])/g, "$1$2'");
