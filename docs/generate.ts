/** Writes docs/steps/ and schemas/ from the registry of step types, docs/findings.md from the catalogue, and docs/lint.md from the rules. Usage: npm run docs */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { planSchema } from '../src/app/saved-plan-schema.ts';
import type { JsonObject } from '../src/core/json.ts';
import type { AnyStepType } from '../src/core/step-type.ts';
import { REPORT_SCHEMA } from '../src/reports/report-schema.ts';
import { stepTypes } from '../src/steps/index.ts';
import { findingsPage } from './generate-findings.ts';
import { rulesPage } from './generate-rules.ts';
import { inventorySchema } from './inventory-schema.ts';
import { DRAFT, playbookSchema, stepsSchema } from './playbook-schema.ts';

/** File name below docs/steps/ → text. */
export function stepPages(types: readonly AnyStepType[]): ReadonlyMap<string, string> {
  return new Map([['README.md', index(types)], ...types.map((type) => [`${type.name}.md`, page(type)] as const)]);
}

/** File name below schemas/ → text: what editors check playbooks and inventories by, and programs a report or a plan. */
export const schemaFiles = (types: readonly AnyStepType[]): ReadonlyMap<string, string> =>
  new Map(
    Object.entries({
      playbook: playbookSchema(types),
      steps: stepsSchema(types),
      inventory: inventorySchema(),
      report: REPORT_SCHEMA,
      plan: { $schema: DRAFT, ...planSchema },
    }).map(([name, schema]) => [`${name}.json`, `${JSON.stringify(schema, undefined, 2)}\n`]),
  );

const index = (types: readonly AnyStepType[]): string => `# Step types

A step of a [playbook](../playbooks.md) has one of these as its key. \`unwedge steps\` lists them in the terminal,
\`unwedge steps NAME\` tells all about one.

| Step type | What it does | Undo |
|---|---|---|
${types.map((type) => row([link(type), type.description, SHORT_UNDO[type.undo.kind]])).join('\n')}
`;

const link = ({ name }: AnyStepType): string => `[${name}](${name}.md)`;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ').replace(/\n/g, ' ')} |`;

const SHORT_UNDO = { reverse: 'yes', repeat: 'done again', irreversible: 'none' } as const;

function page(type: AnyStepType): string {
  return [
    `# ${type.name}`,
    type.description,
    `\`\`\`yaml\n${example(type)}\`\`\``,
    argumentsTable(type),
    `\`register\` gives ${fields(type)}.`,
    `It may take ${type.deadline} s; \`timeout\` in the playbook sets another limit.`,
    `Undo: ${undo(type)}.`,
    '[All step types](README.md)\n',
  ].join('\n\n');
}

/** The schema's first example, as a step. Arguments a line each, what is inside them on one line. */
const example = ({ name, schema }: AnyStepType): string =>
  dump([{ [name]: (schema.examples as readonly unknown[])[0] }], { flowLevel: 3, lineWidth: 110 });

function argumentsTable({ schema }: AnyStepType): string {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonObject>>);
  if (properties.length === 0) return 'It takes no arguments.';
  const required = (schema.required ?? []) as readonly string[];
  const rows = properties.map(([name, property]) =>
    row([code(name), kind(property), required.includes(name) ? 'required' : fallback(property), meaning(property)]),
  );
  return ['| Argument | What | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const fallback = (property: JsonObject): string => (property.default === undefined ? '' : code(property.default));

function meaning({ description, examples }: JsonObject): string {
  const [first] = (examples ?? []) as readonly unknown[];
  return `${description}${first === undefined ? '' : ` Example: ${code(first)}`}`;
}

/** The value's kind in words, with its bounds. */
function kind(property: JsonObject): string {
  const { type, items, minimum, maximum } = property;
  if (property.format === 'cel') return 'expression';
  if (property['x-program'] === true) return 'shell program';
  if (property.enum !== undefined) return (property.enum as readonly string[]).map(code).join(', ');
  if (type === 'array') return `list of ${kind(items as JsonObject).replace(/^string$/, 'strings')}`;
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'integer') return `whole number, ${minimum} to ${maximum}`;
  return type === 'object' ? 'map' : [type].flat().join(' or ');
}

const fields = ({ output }: AnyStepType): string =>
  Object.entries({ changed: 'bool', ...output })
    .map(([name, type]) => code(`${name}: ${type}`))
    .join(', ');

function undo({ undo }: AnyStepType): string {
  switch (undo.kind) {
    case 'reverse':
      return `restores what was there before${undo.irreversible ? ', where the playbook tells how' : ''}`;
    case 'repeat':
      return 'done again, once what it made effective is restored';
    case 'irreversible':
      return `none; ${undo.reason}`;
    default:
      return undo satisfies never;
  }
}

if (process.argv[1] === import.meta.filename) {
  const folder = new URL('steps/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of stepPages(stepTypes)) writeFileSync(new URL(name, folder), text);
  writeFileSync(new URL('findings.md', import.meta.url), findingsPage());
  writeFileSync(new URL('lint.md', import.meta.url), rulesPage());
  for (const [name, text] of schemaFiles(stepTypes))
    writeFileSync(new URL(`../schemas/${name}`, import.meta.url), text);
}
