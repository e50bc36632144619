import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageVersion } from '../app/own-package.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { JsonObject } from '../core/json.ts';
import { docsOf, type Rule, ruleText } from '../core/rule.ts';
import { type SarifRule, sarifLog } from '../core/sarif.ts';

/** Findings as SARIF 2.1.0. */
export function sarif(findings: readonly Diagnostic[]): JsonObject {
  const rules = [...new Set(findings.flatMap(({ rule }) => rule ?? []))].toSorted();
  const results = findings.map((finding) => result(finding, rules));
  return sarifLog({ version: packageVersion(), rules: rules.map(sarifRule), results });
}

function sarifRule(rule: Rule): SarifRule {
  const { code, title, meaning } = ruleText(rule);
  return { id: code, name: rule, title, help: meaning, docs: docsOf(rule) };
}

function result({ rule, severity, message, todo, at, length }: Diagnostic, rules: readonly Rule[]): JsonObject {
  const text = todo === undefined ? message : `${message}\n${todo}`;
  return {
    ...(rule === undefined ? {} : { ruleId: ruleText(rule).code, ruleIndex: rules.indexOf(rule) }),
    level: severity,
    message: { text },
    ...(at === undefined ? {} : { locations: [{ physicalLocation: place(at, length ?? 1) }] }),
  };
}

const place = ({ file, line, column }: NonNullable<Diagnostic['at']>, length: number): JsonObject => ({
  artifactLocation: { uri: uriOf(file) },
  region: { startLine: line, startColumn: column, endColumn: column + length },
});

/** A reference: relative to where lint was called, as the file was named. */
const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.split('/').map(encodeURIComponent).join('/');
