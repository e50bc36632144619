import type { Diagnostic } from '../core/diagnostic.ts';
import { formatDiagnostic } from '../core/diagnostic-text.ts';
import type { JsonObject } from '../core/json.ts';
import { ruleText } from '../core/rule.ts';
import { sarif } from './lint-sarif.ts';

/** What was looked at, and what was found in it. */
export interface Checked {
  readonly playbooks: readonly string[];
  readonly findings: readonly Diagnostic[];
}

/** Text for standard output, without its last line break. */
export const LINT_FORMATS = {
  human: humanText,
  json: (checked: Checked) => JSON.stringify(jsonOf(checked), undefined, 2),
  sarif: ({ findings }: Checked) => JSON.stringify(sarif(findings), undefined, 2),
} as const satisfies Readonly<Record<string, (checked: Checked) => string>>;

export type LintFormat = keyof typeof LINT_FORMATS;

function humanText({ playbooks, findings }: Checked): string {
  if (findings.length > 0) return [...findings.map(formatDiagnostic), explainLine(findings)].join('\n');
  return playbooks.length === 1 ? `${playbooks[0]}: no findings` : `${playbooks.length} playbooks: no findings`;
}

const explainLine = (findings: readonly Diagnostic[]): string =>
  `what a code means: unwedge explain ${[...codesIn(findings)].toSorted().join(' ')}`;

const codesIn = (findings: readonly Diagnostic[]): ReadonlySet<string> =>
  new Set(findings.flatMap(({ rule }) => (rule === undefined ? [] : ruleText(rule).code)));

const jsonOf = ({ playbooks, findings }: Checked): JsonObject => ({
  playbooks,
  findings: findings.map(jsonFinding),
});

function jsonFinding({ rule, severity, message, todo, at, length, source }: Diagnostic): JsonObject {
  const { code } = rule === undefined ? { code: null } : ruleText(rule);
  const place = at === undefined ? {} : { ...at, length: length ?? 1, ...(source === undefined ? {} : { source }) };
  return { code, rule: rule ?? null, severity, message, ...(todo === undefined ? {} : { todo }), ...place };
}
