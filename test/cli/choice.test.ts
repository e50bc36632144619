import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sandbox } from '../docs/sandbox.ts';

const touch = (name: string, more = ''): string =>
  `    - name: ${name}\n      command: { check: test -e "marks/$1", run: mkdir -p marks && touch "marks/$1", args: [${name}] }\n${more}`;
const at = (folder: string, text: string): string => text.replaceAll('marks', `${folder}/marks`);
const FILES = { 'host.ini': 'web-1 ansible_connection=local\n' };
const FIRST = `- hosts: all\n  steps:\n${touch('one', '      tags: a\n')}${touch('two', '      tags: [b, never]\n')}`;
const SECOND = `- hosts: all\n  steps:\n${touch('three')}${touch('four', '      tags: a\n')}`;

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox(FILES);
  sandbox.write('one.yaml', at(sandbox.dir, FIRST));
  sandbox.write('two.yaml', at(sandbox.dir, SECOND));
});
afterAll(() => sandbox.remove());
beforeEach(() => rmSync(join(sandbox.dir, 'marks'), { recursive: true, force: true }));

const marks = (): readonly string[] =>
  existsSync(join(sandbox.dir, 'marks')) ? readdirSync(join(sandbox.dir, 'marks')).sort() : [];
const run = (flags: string) => sandbox.type(`unwedge run one.yaml two.yaml -i host.ini ${flags}`);

describe('the steps of a run', () => {
  it.each([
    ['', 'four one three'],
    ['--tags a', 'four one'],
    ['-t b', 'two'],
    ['--tags a,b', 'four one two'],
    ['-t a -t untagged', 'four one three'],
    ['--tags never', 'two'],
    ['--skip-tags a', 'three'],
    ['--skip-tags untagged', 'four one'],
    ['--start-at-step two', 'four three'],
    ['--start-at-step three', 'four three'],
    ['--start-at-step three --tags a', 'four'],
  ])('%s', (flags, wanted) => {
    expect(run(flags)).toMatchObject({ code: 0, stderr: '' });
    expect(marks().join(' ')).toBe(wanted);
  });

  it.each([
    ['--tags c', "--tags c: no step is tagged 'c'"],
    ['--tags a,,b', '--tags a,,b: an empty tag'],
    ["--skip-tags ''", 'an empty tag'],
    ['--skip-tags a,untagged', 'no step is left'],
    ['--start-at-step thre', "did you mean 'three'?"],
    ['--step', '--step asks before each step, and this is no terminal'],
  ])('%s is refused', (flags, why) => {
    const { code, stderr } = run(flags);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(why) });
    expect(marks()).toEqual([]);
  });
});

describe.skipIf(!existsSync('/usr/bin/script'))('--step, in a terminal', () => {
  const asked = (answers: string, flags = '') =>
    sandbox.type(
      `printf '${answers}' | script -qec 'unwedge run one.yaml two.yaml -i host.ini -t all,b --step ${flags}' /dev/null`,
    );

  it.each([
    ['y\\ny\\ny\\ny\\n', 'four one three two'],
    ['n\\ny\\nwhat\\nn\\nY\\n', 'four two'],
    ['n\\nc\\n', 'four three two'],
  ])('takes the steps that people want: %s', (answers, wanted) => {
    const { stdout } = asked(answers);
    expect(stdout).toContain('web-1: take step "one"? (n)o, (y)es, (c)ontinue:');
    expect(marks().join(' ')).toBe(wanted);
  });

  it('stops where nobody answers', () => {
    expect(asked('y\\n').stdout).toContain('nobody answered before "two"');
    expect(marks()).toEqual(['one']);
  });

  it('shares no screen with the tree', () => {
    expect(asked('', '--output tree').stdout).toContain('--step and --output tree share no screen');
  });
});
