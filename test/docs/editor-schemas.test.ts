import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { schemaFiles } from '../../docs/generate.ts';
import { knownVariables } from '../../docs/inventory-schema.ts';
import { playbookSchema } from '../../docs/playbook-schema.ts';
import type { Rule } from '../../src/core/rule.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { packageRoot } from '../architecture/project.ts';
import { stepTypes as brokenTypes } from '../playbook/step-types.ts';

const source = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');
const yamlFiles = (folder: string): string[] =>
  readdirSync(join(packageRoot, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);

/** As an editor has it: no keyword and no format of ours. */
const compiled = (schema: string): ValidateFunction =>
  new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, strictTuples: false }).compile(
    JSON.parse(schema),
  );
const files = schemaFiles(stepTypes);
const schemas = new Map([...files].map(([name, text]) => [name, compiled(text)]));

function errorsOf(name: string, yaml: string): readonly string[] {
  const validate = schemas.get(name);
  if (!validate) throw new Error(`no schema ${name}`);
  return validate(load(yaml)) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}

const play = (step: string): string => `- hosts: all\n  steps:\n    - ${step}\n`;

describe('schemas/', () => {
  it('is what the registry and the language say (npm run docs)', () => {
    expect(new Map(readdirSync(join(packageRoot, 'schemas')).map((name) => [name, source(`schemas/${name}`)]))).toEqual(
      files,
    );
  });

  it.each([...yamlFiles('playbooks'), 'inventory.example.yaml'])('%s names its schema, and is right by it', (path) => {
    const text = source(path);
    const [, reference = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text.split('\n', 1)[0] ?? '') ?? [];
    const schema = join(dirname(path), reference);
    expect(existsSync(join(packageRoot, schema))).toBe(true);
    expect(errorsOf(basename(schema), text)).toEqual([]);
  });

  it.each(stepTypes)('knows $name with its own example, and a slip in it', ({ name, schema }) => {
    const [example] = schema.examples as readonly object[];
    expect(errorsOf('playbook.json', play(JSON.stringify({ [name]: example })))).toEqual([]);
    expect(errorsOf('playbook.json', play(JSON.stringify({ [name]: { ...example, oops: 1 } })))).not.toEqual([]);
  });

  it('takes an expression for a value of any type', () => {
    const step = (priority: string) => play(`reboot: { allow: ${priority} }`);
    expect(errorsOf('playbook.json', step('"{{ allow_reboot }}"'))).toEqual([]);
    expect(errorsOf('playbook.json', step('"allow_reboot"'))).not.toEqual([]);
  });

  it('knows blocks and includes at any depth', () => {
    const block = (inner: string) => play(`block: [{ block: [${inner}], rescue: [{ include: a.yaml }] }]`);
    expect(errorsOf('playbook.json', block('{ scan: {} }'))).toEqual([]);
    expect(errorsOf('playbook.json', block('{ scna: {} }'))).not.toEqual([]);
  });

  it('knows files of steps, with and without inputs', () => {
    expect(errorsOf('steps.json', '- scan:\n')).toEqual([]);
    expect(errorsOf('steps.json', 'inputs: { n: { type: int } }\nsteps: [{ scan: {} }]')).toEqual([]);
    expect(errorsOf('steps.json', '- umuont: {}\n')).not.toEqual([]);
  });

  it('knows every connection variable, and no other', () => {
    const read = ['connection', 'precedence'].flatMap((name) => [
      ...source(`src/inventory/${name}.ts`).matchAll(/'(ansible_\w+)'/g),
    ]);
    expect(knownVariables.toSorted()).toEqual([...new Set(read.map(([, name]) => name))].toSorted());
  });

  it.each([
    'hosts: { web: }',
    'all: { host: { web: } }',
    'all: { hosts: [web] }',
    'all: { hosts: { web: { ansible_connection: winrm } } }',
    'all: { vars: { ansible_port: 99999 } }',
    'all: { vars: { ansible_password: x } }',
  ])('refuses the inventory %s', (text) => expect(errorsOf('inventory.json', text)).not.toEqual([]));
});

describe('the broken playbooks', () => {
  /** What a schema can see: keys, types, amounts. The others are about what names, expressions and other files say. */
  const SEEN: ReadonlySet<Rule | undefined> = new Set<Rule>([
    ...(['yaml-syntax', 'duplicate-key', 'unknown-key', 'missing-key', 'wrong-type'] as const),
    ...(['bad-value', 'unknown-step-type', 'bad-shape', 'misplaced-key'] as const),
  ]);
  /** A number of hosts that is written as a text. */
  const INSIDE_A_TEXT = ['test/golden/broken-playbooks/serial-not-a-number.yaml'];

  const validate = compiled(JSON.stringify(playbookSchema(brokenTypes)));
  const isAccepted = (path: string): boolean => {
    try {
      return validate(load(source(path)));
    } catch {
      return false; // no YAML
    }
  };
  const isSeen = (path: string): boolean =>
    checkPlaybook(readFileSync(join(packageRoot, path)), path, { stepTypes: brokenTypes }).findings.some(
      ({ rule, at }) => SEEN.has(rule) && at?.file === path,
    );

  it('are refused by the schema, where it can see the mistake', () => {
    const seen = yamlFiles('test/golden/broken-playbooks').filter(isSeen);
    expect(seen.length).toBeGreaterThan(30);
    expect(seen.filter(isAccepted)).toEqual(INSIDE_A_TEXT);
  });
});
