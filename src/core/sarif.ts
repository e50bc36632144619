import type { JsonObject } from './json.ts';

/** What SARIF tells of a code. */
export interface SarifRule {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly help: string;
  /** Where the docs that come with unwedge have more: `docs/lint.md#pb101-unknown-key`. They are nowhere else, so it is no helpUri. */
  readonly docs?: string;
}

export interface SarifRun {
  /** Of unwedge. */
  readonly version: string;
  readonly rules: readonly SarifRule[];
  readonly results: readonly JsonObject[];
  /** Further properties of the run. */
  readonly more?: JsonObject;
}

/** A log of SARIF 2.1.0, for code review and CI (docs.oasis-open.org/sarif/sarif/v2.1.0). */
export function sarifLog({ version, rules, results, more = {} }: SarifRun): JsonObject {
  const driver = { name: 'unwedge', version, rules: rules.map(ruleObject) };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    // Columns count characters, as people do, and not halves of them.
    runs: [{ tool: { driver }, ...more, columnKind: 'unicodeCodePoints', results }],
  };
}

const ruleObject = ({ id, name, title, help, docs }: SarifRule): JsonObject => ({
  id,
  ...(name === undefined ? {} : { name }),
  shortDescription: { text: title },
  help: {
    text: help,
    ...(docs === undefined ? {} : { markdown: `${help}\n\nMore: \`unwedge explain ${id}\`, ${docs}` }),
  },
});
