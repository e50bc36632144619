import type { Finding, Severity } from '../core/finding.ts';
import { foundNow, type HostReport, type Report, type ReportedChange } from '../core/report.ts';
import { isAsSevere } from './tally.ts';
import { element, xmlText } from './xml.ts';

/** For CI, as JUnit's Ant task writes it: a suite for each host. `failOn`: from which severity on a finding is a failure. */
export function junitReport(report: Report, { failOn = 'warning' }: { readonly failOn?: Severity } = {}): string {
  const suites = report.hosts.map((host) => suite(report, host, failOn));
  const all = suites.flatMap(({ cases }) => cases);
  const { startedAt, finishedAt = startedAt } = report;
  const time = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const name = `unwedge ${report.kind} ${report.run}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    'testsuites',
    { name, ...totals(all), time },
    '\n',
    ...suites.map(({ text }) => text),
  )}`;
}

interface Case {
  readonly name: string;
  readonly end: 'failure' | 'error' | 'skipped' | 'well';
  /** Of what kind the end is: a severity, a status, a state. */
  readonly type: string;
  readonly message: string;
  readonly lines: readonly string[];
}

function suite(
  report: Report,
  host: HostReport,
  failOn: Severity,
): { readonly text: string; readonly cases: readonly Case[] } {
  const cases = [
    statusCase(host),
    ...foundNow(report, host).map((finding) => findingCase(finding, failOn)),
    ...host.changes.map(changeCase),
  ];
  const classname = `unwedge.${report.kind}.${host.host}`;
  const { skipped, ...counts } = totals(cases);
  const about = { name: host.host, hostname: host.host, timestamp: report.startedAt.replace(/\.\d+Z$/, ''), time: 0 };
  const children = cases.map((one) => element('testcase', { name: one.name, classname, time: 0 }, ...endOf(one)));
  return { cases, text: element('testsuite', { ...about, ...counts, skipped }, '\n', ...children) };
}

const totals = (cases: readonly Case[]) => {
  const count = (end: Case['end']) => cases.filter((one) => one.end === end).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
};

function endOf({ end, type, message, lines }: Case): readonly string[] {
  const text = lines.length === 0 ? [] : [xmlText(lines)];
  switch (end) {
    case 'well':
      return lines.length === 0 ? [] : [element('system-out', {}, ...text)];
    case 'skipped':
      return [element('skipped', { message }, ...text)];
    case 'failure':
    case 'error':
      return [element(end, { type, message }, ...text)];
    default:
      return end satisfies never;
  }
}

/** Whether the host was served at all. */
function statusCase({ status, reason, unseen }: HostReport): Case {
  const isWell = status === 'ok' || status === 'changed' || status === 'rolled-back';
  const todo = reason?.todo === undefined ? [] : [`to do: ${reason.todo}`];
  return {
    ...{ name: 'host', type: status, message: reason?.message ?? status },
    end: isWell ? 'well' : status === 'not-attempted' ? 'skipped' : 'error',
    lines: [...todo, ...unseen.map((line) => `not seen: ${line}`)],
  };
}

function findingCase(finding: Finding, failOn: Severity): Case {
  const { code, severity, subject, message, remedy, evidence } = finding;
  return {
    ...{ name: `${code} ${subject}`, type: severity, message },
    end: isAsSevere(finding, failOn) ? 'failure' : 'well',
    lines: [message, `to do: ${remedy}`, ...evidence],
  };
}

const changeCase = ({ step, summary, state, reason }: ReportedChange): Case => ({
  ...{ name: `${step}: ${summary}`, type: state, message: reason ?? state, end: endOfChange(state) },
  lines: reason === undefined ? [] : [`${state}: ${reason}`],
});

function endOfChange(state: ReportedChange['state']): Case['end'] {
  switch (state) {
    case 'applied':
    case 'undone':
    case 'irreversible':
      return 'well';
    case 'planned':
    case 'left':
    case 'drifted':
      return 'skipped';
    case 'applying':
    case 'in-doubt':
    case 'undoing':
    case 'undo-failed':
      return 'failure';
    default:
      return state satisfies never;
  }
}
