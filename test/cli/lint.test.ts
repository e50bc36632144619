import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { listRules, ruleLines } from '../../src/cli/explain-rules.ts';
import { LINT_FORMATS } from '../../src/cli/lint-formats.ts';
import { RULE_NAMES, ruleText } from '../../src/core/rule.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { packageRoot } from '../architecture/project.ts';
import { SARIF_SCHEMA } from './sarif-schema.ts';

const folder = `${packageRoot}test/golden/broken-playbooks/`;
const broken = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const check = (text: string, file = 'ä b.yaml') => ({
  playbooks: [file],
  ...checkPlaybook(Buffer.from(text), file, { stepTypes }),
  plays: [],
});

const TWO = '- hosts: all\n  tasks: []\n  steps:\n    - name: "ü {{ 1"\n      scna: {}\n';

describe('the findings of a playbook', () => {
  it('are told with their codes, all at once, and how to learn more', () => {
    expect(LINT_FORMATS.human(check(TWO))).toBe(
      [
        "ä b.yaml:2:3: error: unknown key 'tasks' in the play [PB101]",
        '    tasks: []',
        '    ^^^^^',
        "  here they are 'steps'",
        "ä b.yaml:5:7: error: unknown step type 'scna' [PB105]",
        '        scna: {}',
        '        ^^^^',
        "  did you mean 'scan'?",
        'what a code means: unwedge explain PB101 PB105',
      ].join('\n'),
    );
  });

  it.each([
    ['remove-dead', "did you mean 'rm_dead'?"],
    ['run', "did you mean 'command'?"],
    ['constructor', 'unwedge steps lists them all; for a program of yours: command'],
  ])('a step type %s that there is not: what may be meant', (type, todo) => {
    expect(LINT_FORMATS.human(check(`- hosts: all\n  steps:\n    - ${type}: {}\n`))).toContain(`  ${todo}\n`);
  });

  it('are JSON for programs', () => {
    const [first, second] = JSON.parse(LINT_FORMATS.json(check(TWO))).findings;
    expect(first).toMatchObject({
      code: 'PB101',
      rule: 'unknown-key',
      docs: 'docs/lint.md#pb101-unknown-key',
      severity: 'error',
      line: 2,
      column: 3,
      length: 5,
    });
    expect(second).toMatchObject({ code: 'PB105', file: 'ä b.yaml', todo: "did you mean 'scan'?" });
  });

  it('are SARIF with a rule for each, and places that a program finds', () => {
    const [run] = JSON.parse(LINT_FORMATS.sarif(check(TWO))).runs;
    const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(run.results.map((result: { ruleIndex: number }) => ids[result.ruleIndex])).toEqual(['PB101', 'PB105']);
    expect(run.results[1].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: '%C3%A4%20b.yaml' },
      region: { startLine: 5, startColumn: 7, endColumn: 11 },
    });
  });

  const valid = new Ajv().compile(SARIF_SCHEMA);
  it.each(broken)('are valid SARIF: %s', (name) => {
    const text = LINT_FORMATS.sarif(check(readFileSync(folder + name, 'utf8'), folder + name));
    expect(valid(JSON.parse(text)), JSON.stringify(valid.errors)).toBe(true);
  });

  it('link into a page that has them', () => {
    const page = readFileSync(`${packageRoot}docs/lint.md`, 'utf8');
    const all = RULE_NAMES.map((rule) => ({ severity: 'error', rule, message: 'm' }) as const);
    const { rules } = JSON.parse(LINT_FORMATS.sarif({ playbooks: [], findings: all, plays: [] })).runs[0].tool.driver;
    const anchors = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replace(' ', '-'),
    );
    expect(rules).toHaveLength(RULE_NAMES.length);
    const linked = rules.map(({ help }: { help: { markdown: string } }) => help.markdown.split('docs/lint.md#')[1]);
    expect(linked.toSorted()).toEqual(anchors.toSorted());
  });
});

describe('the codes', () => {
  it('are each of one rule', () => {
    const codes = RULE_NAMES.map((rule) => ruleText(rule).code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !/^PB\d{3}$/.test(code))).toEqual([]);
  });

  it('are explained, in any case', () => {
    expect(ruleLines(['pb101'], 'text')[0]).toMatch(/^PB101 unknown-key: /);
    expect(JSON.parse(ruleLines(['PB101'], 'json')[0] ?? '')).toMatchObject({ code: 'PB101', rule: 'unknown-key' });
    expect(listRules('text')).toHaveLength(RULE_NAMES.length);
  });

  it('are refused where there is none', () => expect(() => ruleLines(['PB999'], 'text')).toThrow('PB999'));
});
