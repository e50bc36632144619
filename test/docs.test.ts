import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepPages } from '../docs/generate.ts';
import { findingsPage } from '../docs/generate-findings.ts';
import { rulesPage } from '../docs/generate-rules.ts';
import { ExitCode } from '../src/core/exit-code.ts';
import { isShipped, SHIPPED } from '../src/core/shipped.ts';
import { explanationJson } from '../src/docker/explanation.ts';
import { causeOf, REASONS } from '../src/docker/message-reason.ts';
import { classifyMessage } from '../src/docker/removal-error.ts';
import { playSchema, stepSchema } from '../src/playbook/keywords.ts';
import { loadPlaybook } from '../src/playbook/load-playbook.ts';
import { stepTypes } from '../src/steps/index.ts';
import { packageRoot } from './architecture/project.ts';
import { ELSEWHERE } from './docs/elsewhere.ts';
import { pattern, readmeRun } from './docs/excerpt.ts';
import { flagsIn, helpOf, unknownFlags } from './docs/flags.ts';
import {
  anchorsOf,
  type Block,
  blocksOf,
  codeSpansOf,
  commandsOf,
  firstColumns,
  linksOf,
  type Page,
  readPages,
} from './docs/page.ts';
import { Sandbox } from './docs/sandbox.ts';
import { printed } from './reporters/captured.ts';

const pages = readPages();
const page = (path: string): Page => pages.find((one) => one.path === path) ?? { path, text: '' };
const source = (path: string): string => readFileSync(packageRoot + path, 'utf8');
const yamlBlocks = (of: Page): readonly Block[] => blocksOf(of).filter(({ language }) => language === 'yaml');
/** Of the first table whose heading row begins so. */
const firstColumn = (of: Page, heading: string): readonly string[] => firstColumns(of, heading)[0] ?? [];
const inBackticks = (cells: readonly string[]): string[] =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));

/** The files that the pages have their reader write. */
const written = pages
  .flatMap(yamlBlocks)
  .flatMap(({ file, text }) => (file === undefined ? [] : [[file, text] as const]));

let sandbox: Sandbox;
let help: ReturnType<typeof helpOf>;
beforeAll(() => {
  sandbox = new Sandbox(Object.fromEntries(written));
  help = helpOf(sandbox);
});
afterAll(() => sandbox.remove());

describe.each(pages.map((one) => [one.path, one] as const))('%s', (path, own) => {
  const [others, here] = [(line: string) => line in ELSEWHERE, (line: string) => !(line in ELSEWHERE)];
  const commands = [...new Set(commandsOf(own).map((line) => line.replace(/\s+# .*$/, '')))];

  it.each(commands.filter(here))('%s', (line) => {
    expect(line, 'a command for a unit test; else name it in test/docs/elsewhere.ts').toMatch(
      /^(unwedge|cp|journalctl) /,
    );
    expect(sandbox.type(line)).toMatchObject({ code: ExitCode.done, stderr: '' });
  });

  it.each(commands.filter(others))('%s is run elsewhere', (line) => {
    expect(existsSync(packageRoot + ELSEWHERE[line])).toBe(true);
  });

  it.each(yamlBlocks(own))('its YAML example %# is accepted', ({ text }) => {
    expect(sandbox.type(commandFor(text))).toMatchObject({ code: ExitCode.done, stderr: '' });
  });

  // Of other programs there.
  it.skipIf(path === 'docs/docker-facts.md')('names no flag and no command that there is not', () => {
    const spans = codeSpansOf(own);
    const all = new Set([...help.values()].flatMap((flags) => [...flags]));
    const alone = spans.filter((span) => span.startsWith('-')).flatMap((span) => [...flagsIn(span)]);
    expect(alone.filter((flag) => !all.has(flag))).toEqual([]);
    expect([...spans, ...commands].flatMap((line) => unknownFlags(line, help))).toEqual([]);
  });

  it('links to what there is', () => {
    const broken = linksOf(own).filter((target) => !/^https?:/.test(target) && !leadsSomewhere(path, target));
    expect(broken).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(source('package.json')) as { scripts: Record<string, string> };
    const named = [...own.text.matchAll(/npm run (\w+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names exit codes and variables that there are', () => {
    const codes = [...own.text.matchAll(/exit code (\d+)/gi)].map(([, code]) => Number(code));
    expect(codes.filter((code) => !(Object.values(ExitCode) as number[]).includes(code))).toEqual([]);
    const known = source('src/inventory/connection.ts') + source('src/inventory/precedence.ts');
    const named = [...own.text.matchAll(/\bansible_\w+/g)].map(([name]) => name);
    expect(named.filter((name) => !new RegExp(`'${name}'`).test(known))).toEqual([]);
  });
});

/** A playbook, a list of steps and an included file are linted; any other map is an inventory. */
function commandFor(yaml: string): string {
  if (/^steps:/m.test(yaml)) {
    sandbox.write('included.yaml', yaml);
    sandbox.write(
      'play.yaml',
      '- hosts: all\n  steps:\n    - include: included.yaml\n      inputs: { unit: a.service }\n',
    );
  } else if (!/^(#.*\n)*-/.test(yaml)) {
    sandbox.write('hosts.yaml', yaml);
    return 'unwedge inventory -i hosts.yaml';
  } else writePlay(yaml);
  return 'unwedge lint play.yaml | grep -x "play.yaml: no findings"';
}

function writePlay(yaml: string): void {
  const indented = yaml.replace(/^(?=.)/gm, '    ');
  sandbox.write('play.yaml', /^ {2}steps:/m.test(yaml) ? yaml : `- hosts: all\n  serial: 1\n  steps:\n${indented}`);
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : join(from, '..', file);
  return existsSync(packageRoot + path) && (anchor === undefined || anchorsOf(page(path)).includes(anchor));
}

describe('the references', () => {
  it('every command that is run elsewhere stands in some page', () => {
    const told = pages.flatMap(commandsOf).map((line) => line.replace(/\s+# .*$/, ''));
    expect(Object.keys(ELSEWHERE).filter((line) => !told.includes(line))).toEqual([]);
  });

  it('docs/steps/ is what the registry says (npm run docs)', () => {
    const written = readdirSync(`${packageRoot}docs/steps`).map(
      (name) => [name, source(`docs/steps/${name}`)] as const,
    );
    expect(new Map(written)).toEqual(stepPages(stepTypes));
  });

  it('docs/findings.md is what the catalogue says (npm run docs)', () => {
    expect(source('docs/findings.md')).toBe(findingsPage());
  });

  it('docs/lint.md is what the rules say (npm run docs)', () => {
    expect(source('docs/lint.md')).toBe(rulesPage());
  });

  it('docs/exit-codes.md has every exit code', () => {
    const codes = firstColumn(page('docs/exit-codes.md'), 'Code').map(Number);
    expect(codes).toEqual(Object.values(ExitCode).toSorted((a, b) => a - b));
  });

  it('docs/inventory.md has every variable of src/inventory/connection.ts', () => {
    const read = [...source('src/inventory/connection.ts').matchAll(/'(ansible_\w+)'/g)].map(([, name = '']) => name);
    const told = inBackticks(firstColumn(page('docs/inventory.md'), 'Variable'));
    expect(told.toSorted()).toEqual([...new Set(read)].toSorted());
  });

  it('docs/playbooks.md has every key and every value of on_failure', () => {
    const [forPlays, forSteps] = firstColumns(page('docs/playbooks.md'), 'Key');
    expect(inBackticks(forPlays ?? []).toSorted()).toEqual(Object.keys(Object(playSchema.properties)).toSorted());
    expect(inBackticks(forSteps ?? []).toSorted()).toEqual(Object.keys(Object(stepSchema.properties)).toSorted());
    const answers = inBackticks(firstColumn(page('docs/playbooks.md'), '`on_failure`'));
    expect(answers.toSorted()).toEqual(Object(playSchema.properties).on_failure.enum.toSorted());
  });

  it('docs/rollouts.md has every key of a rollout, every answer to a failure, and the plan as it is told', () => {
    const own = page('docs/rollouts.md');
    const { properties } = Object(playSchema.properties).rollout;
    const spans = new Set(codeSpansOf(own));
    const below = Object.keys(properties.window.properties);
    expect([...Object.keys(properties), ...below].filter((key) => !spans.has(key))).toEqual([]);
    const answers = inBackticks(firstColumn(own, '`on_failure`'));
    expect(answers.toSorted()).toEqual(properties.on_failure.enum.toSorted());
    const [shown = ''] = blocksOf(own).flatMap(({ language, text }) => (language === 'console' ? [text] : []));
    const [command = '', ...lines] = shown.trimEnd().split('\n');
    expect(sandbox.type(command.slice(2)).stdout).toMatch(pattern(lines.join('\n')));
  });

  it('docs/explain.md has every cause and every field', () => {
    const own = page('docs/explain.md');
    expect(new Set(inBackticks(firstColumn(own, '`cause`')))).toEqual(new Set(REASONS.map(causeOf)));
    const fields = Object.keys(explanationJson(classifyMessage('')));
    expect(inBackticks(firstColumn(own, 'Field')).toSorted()).toEqual(fields.toSorted());
  });
});

/** The names in `unwedge run NAME`; PLAYBOOK and `${…}` stand for any. */
const playbooksIn = (text: string): string[] =>
  [...text.matchAll(/unwedge run (?!--)([a-z][\w-]*)(?=[ `'"])/g)].map(([, name = '']) => name);

describe('the files to copy', () => {
  const example = source('inventory.example.yaml');

  it.each([...example.matchAll(/-l ('[^']+')/g)].map(([, pattern = '']) => pattern))(
    'inventory.example.yaml has hosts for -l %s',
    (pattern) => {
      const told = sandbox.type(`unwedge inventory -i inventory.example.yaml -l ${pattern}`);
      expect(told).toMatchObject({ code: ExitCode.done, stderr: '' });
    },
  );

  it.each(['inventory.example.yaml', ...SHIPPED.map((name) => `playbooks/${name}.yaml`)])(
    'the comments of %s name commands and flags that there are',
    (path) => {
      const lines = [...source(path).matchAll(/^# +(unwedge .*?)(?: {2,}.*)?$/gm)].map(([, line = '']) => line);
      expect(lines).not.toEqual([]);
      expect(lines.flatMap((line) => unknownFlags(line, help))).toEqual([]);
      expect(lines.flatMap(playbooksIn).filter((name) => !isShipped(name))).toEqual([]);
    },
  );

  it('no text of the command names a shipped playbook by a path, which leads somewhere only in the checkout', () => {
    const texts = readdirSync(`${packageRoot}src`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => [path, source(`src/${path}`)] as const);
    const comments = SHIPPED.map((name) => [name, source(`playbooks/${name}.yaml`)] as const);
    const byPath = new RegExp(`(?:${SHIPPED.join('|')})\\.yaml`);
    expect([...texts, ...comments].filter(([, text]) => byPath.test(text)).map(([path]) => path)).toEqual([]);
    const told = texts.flatMap(([, text]) => playbooksIn(text));
    expect(told).toContain('free-dead-containers');
    expect(told.filter((name) => !isShipped(name))).toEqual([]);
  });
});

describe('README.md shows what the plain reporter prints', async () => {
  const file = `${packageRoot}playbooks/free-dead-containers.yaml`;
  const { plays } = await loadPlaybook(file, { stepTypes });
  const steps = plays[0]?.steps.map(({ name }) => name) ?? [];
  const [console = ''] = blocksOf(page('README.md')).flatMap(({ language, text }) =>
    language === 'console' ? [text] : [],
  );
  const [, check = '', run = ''] = console.split(/^\$ .*\n/m).map((text) => text.trimEnd());

  it.each([
    ['check', check],
    ['run', run],
  ] as const)('%s', async (mode, excerpt) => {
    expect(await printed('plain', readmeRun(mode, steps))).toMatch(pattern(excerpt));
  });
});
