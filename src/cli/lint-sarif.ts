import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { JsonObject } from '../core/json.ts';
import { type Rule, ruleLabel, ruleText } from '../core/rule.ts';

/** Findings as SARIF 2.1.0, for code review and CI (docs.oasis-open.org/sarif/sarif/v2.1.0). */
export function sarif(findings: readonly Diagnostic[]): JsonObject {
  const rules = [...new Set(findings.flatMap(({ rule }) => rule ?? []))].toSorted();
  const driver = { name: 'unwedge', version: version(), rules: rules.map(ruleObject) };
  const results = findings.map((finding) => result(finding, rules));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    // Columns count characters, as people do, and not halves of them.
    runs: [{ tool: { driver }, columnKind: 'unicodeCodePoints', results }],
  };
}

// The same place from src/cli and from dist/cli.
const DOCS = new URL('../../docs/lint.md', import.meta.url).href;

const version = (): string =>
  String(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version);

function ruleObject(rule: Rule): JsonObject {
  const { code, title, meaning } = ruleText(rule);
  return {
    id: code,
    name: rule,
    shortDescription: { text: title },
    help: { text: meaning },
    helpUri: `${DOCS}#${ruleLabel(rule).toLowerCase().replaceAll(' ', '-')}`,
  };
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
