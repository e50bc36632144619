import type { Diagnostic } from '../core/diagnostic.ts';
import { formatDiagnostic } from '../core/diagnostic-text.ts';
import type { JsonObject } from '../core/json.ts';
import { docsOf, ruleText } from '../core/rule.ts';
import { sarif } from './lint-sarif.ts';
import { type WorstCase, worstCaseJson, worstCaseLine } from './worst-case.ts';

/** What was looked at, and what was found in it. */
export interface Checked {
  readonly playbooks: readonly string[];
  readonly findings: readonly Diagnostic[];
  /** Of the playbooks without errors. */
  readonly plays: readonly WorstCase[];
}

/** Text for standard output, without its last line break. */
export const LINT_FORMATS = {
  human: humanText,
  json: (checked: Checked) => JSON.stringify(jsonOf(checked), undefined, 2),
  sarif: ({ findings }: Checked) => JSON.stringify(sarif(findings), undefined, 2),
} as const satisfies Readonly<Record<string, (checked: Checked) => string>>;

export type LintFormat = keyof typeof LINT_FORMATS;

function humanText({ playbooks, findings, plays }: Checked): string {
  const lines =
    findings.length > 0 ? [...findings.map(formatDiagnostic), explainLine(findings)] : [noFindings(playbooks)];
  return [...lines, ...plays.map(worstCaseLine)].join('\n');
}

const noFindings = (files: readonly string[]): string =>
  files.length === 1 ? `${files[0]}: no findings` : `${files.length} playbooks: no findings`;

const explainLine = (findings: readonly Diagnostic[]): string =>
  `what a code means: unwedge explain ${[...codesIn(findings)].toSorted().join(' ')}`;

const codesIn = (findings: readonly Diagnostic[]): ReadonlySet<string> =>
  new Set(findings.flatMap(({ rule }) => (rule === undefined ? [] : ruleText(rule).code)));

const jsonOf = ({ playbooks, findings, plays }: Checked): JsonObject => ({
  playbooks,
  findings: findings.map(jsonFinding),
  plays: plays.map(worstCaseJson),
});

function jsonFinding({ rule, severity, message, todo, at, length, source }: Diagnostic): JsonObject {
  const { code, docs } =
    rule === undefined ? { code: null, docs: null } : { code: ruleText(rule).code, docs: docsOf(rule) };
  const place = at === undefined ? {} : { ...at, length: length ?? 1, ...(source === undefined ? {} : { source }) };
  return { code, rule: rule ?? null, docs, severity, message, ...(todo === undefined ? {} : { todo }), ...place };
}
