import { createHash } from 'node:crypto';
import type { Finding, Severity } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import { safeJson } from '../core/json-safe.ts';
import { printable } from '../core/printable.ts';
import { foundNow, type HostFinding, type HostReport, type Report } from '../core/report.ts';
import { type SarifRule, sarifLog } from '../core/sarif.ts';
import { findingKey, findingStates } from './diff.ts';
import type { CodeText } from './html/told.ts';
import { isKnown } from './tally.ts';

export interface SarifOptions {
  /** Of unwedge. */
  readonly version: string;
  /** What stands behind codes, by code. */
  readonly texts: Readonly<Record<string, CodeText>>;
}

/** Findings as SARIF 2.1.0: a host is a logical location. What kept a host from being looked at is a notification. */
export function sarifReport(report: Report, options: SarifOptions): string {
  const found = report.hosts.flatMap((host) => foundNow(report, host));
  const codes = [...new Set([...found, ...(report.diff?.went ?? [])].map(({ code }) => code))].toSorted();
  const rules = codes.map((code) => ruleOf(code, options));
  const results = [...report.hosts.flatMap((host) => hostResults(report, host)), ...absent(report)];
  const indexed = results.map((result) => ({ ...result, ruleIndex: codes.indexOf(String(result.ruleId)) }));
  const more = { invocations: [invocation(report)], automationDetails: { id: `unwedge/${report.kind}/${report.run}` } };
  return `${safeJson(sarifLog({ version: options.version, rules, results: indexed, more }), 2)}\n`;
}

function ruleOf(id: string, { texts }: SarifOptions): SarifRule {
  const text = texts[id];
  if (text === undefined) return { id, title: id, help: id };
  return {
    id,
    title: text.title,
    help: [text.meaning, ...text.todo].join('\n'),
    docs: `docs/findings.md#${id.toLowerCase()}`,
  };
}

const LEVELS: Readonly<Record<Severity, string>> = { critical: 'error', warning: 'warning', info: 'note' };

function hostResults(report: Report, host: HostReport): readonly JsonObject[] {
  const states = findingStates(report.diff);
  const times = new Map<string, number>();
  return foundNow(report, host).map((finding) => {
    const key = findingKey({ ...finding, host: host.host });
    const nth = (times.get(key) ?? 0) + 1;
    times.set(key, nth);
    const state = states.get(key);
    return {
      ...result({ ...finding, host: host.host }, nth, textOf(finding)),
      ...(state === undefined ? {} : { baselineState: state === 'stayed' ? 'unchanged' : 'new' }),
    };
  });
}

/** What an earlier report has found and is no more. */
const absent = ({ diff }: Report): readonly JsonObject[] =>
  (diff?.went ?? []).map((finding) => ({ ...result(finding, 1, finding.message), baselineState: 'absent' }));

const textOf = ({ message, remedy, evidence }: Finding): string =>
  [message, `to do: ${remedy}`, ...evidence].map((line) => printable(line)).join('\n');

const result = ({ host, code, severity, subject }: HostFinding, nth: number, text: string): JsonObject => ({
  ruleId: code,
  level: LEVELS[severity],
  message: { text },
  locations: [
    {
      logicalLocations: [
        { name: printable(subject), fullyQualifiedName: `${printable(host)}/${printable(subject)}`, kind: 'resource' },
      ],
    },
  ],
  // The same finding has the same one in every report, so that it is told once.
  partialFingerprints: { 'unwedgeFinding/v1': sha256(`${findingKey({ host, code, subject })} ${nth}`) },
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function invocation({ hosts, startedAt, finishedAt }: Report): JsonObject {
  const notifications = hosts.filter((host) => !isKnown(host)).map(notification);
  return {
    executionSuccessful: finishedAt !== undefined && notifications.length === 0,
    startTimeUtc: startedAt,
    ...(finishedAt === undefined ? {} : { endTimeUtc: finishedAt }),
    toolExecutionNotifications: notifications,
  };
}

const notification = ({ host, status, reason }: HostReport): JsonObject => ({
  level: status === 'not-attempted' ? 'warning' : 'error',
  message: { text: printable(`${host}: ${status}${reason === undefined ? '' : `: ${reason.message}`}`) },
  locations: [{ logicalLocations: [{ name: printable(host), fullyQualifiedName: printable(host), kind: 'resource' }] }],
});
