import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic-text.ts';
import type { Scope } from '../../src/core/expression.ts';
import type { Host } from '../../src/core/inventory.ts';
import type { Block, Play, Step, Task } from '../../src/core/playbook.ts';
import { Choice } from '../../src/playbook/choice.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import type { Known } from '../../src/playbook/play.ts';
import { stepTypes } from './step-types.ts';

const hosts: Host[] = [{ name: 'h', groups: ['all'], vars: { units: ['a', 'b'], port: 22, nested: { x: 'n' } } }];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwedge-tasks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);

function check(text: string, more: Partial<Known> = {}) {
  const known = { stepTypes, selectHosts: () => hosts, ...more };
  const { playbook, findings } = checkPlaybook(new TextEncoder().encode(text), join(folder, 'p.yaml'), known);
  return { playbook, told: findings.map(formatDiagnostic).join('\n').replaceAll(`${folder}/`, '') };
}

function playOf(text: string, more: Partial<Known> = {}): Play {
  const { playbook, told } = check(text, more);
  if (!playbook?.plays[0]) throw new Error(told);
  expect(told).toBe('');
  return playbook.plays[0];
}

const tasksOf = (steps: string, more: Partial<Known> = {}) => playOf(`- hosts: x\n  steps:\n${steps}`, more).steps;
const isStep = (task: Task | undefined): Step => {
  if (task?.kind !== 'step') throw new Error('no step');
  return task;
};
const isBlock = (task: Task | undefined): Block => {
  if (task?.kind !== 'block') throw new Error('no block');
  return task;
};
const scope: Scope = { units: ['a', 'b'], port: 22, found: { dead: 1, ids: ['x'] } };

describe('a loop', () => {
  const loopOf = (loop: string, when = 'true') =>
    isStep(
      tasksOf(
        `    - scan: {}\n      register: found\n    - umount: {}\n      loop: ${loop}\n      when: ${JSON.stringify(when)}\n`,
      )[1],
    ).loop;

  test.each([
    ['[1, two, { n: 3 }]', [1, 'two', { n: 3 }]],
    ['["{{ port }}", "{{ port }}/tcp"]', [22, '22/tcp']],
    ['units', ['a', 'b']],
    ['found.ids', ['x']],
    ['units.filter(u, u != "a")', ['b']],
    ['[]', []],
  ])('%s', (loop, items) => expect(loopOf(loop)?.items(scope)).toEqual(items));

  test('that turns out to be none on a host says so', () => {
    const text = '- hosts: x\n  steps:\n    - umount: {}\n      loop: whatever\n';
    const checked = checkPlaybook(new TextEncoder().encode(text), 'p.yaml', { stepTypes });
    const loop = isStep(checked.playbook?.plays[0]?.steps[0]).loop;
    expect(() => loop?.items({ whatever: 5 })).toThrow(
      "p.yaml:4:13: 'whatever': a loop goes over a list, and this is none",
    );
    expect(loop?.items({ whatever: [5] })).toEqual([5]);
  });

  test('asks a condition for each item where that reads it', () => {
    expect(loopOf('units', 'item == "a"')?.asksEach).toBe(true);
    expect(loopOf('units', 'port == 22')?.asksEach).toBe(false);
    expect(loopOf('units', 'units.exists(item, item == "a")')?.asksEach).toBe(false);
  });

  test("gives its step's arguments the item, with its type", () => {
    const [step] = tasksOf(
      '    - restart: { unit: "{{ item.name }}", wait: "{{ item.n }}" }\n      loop: [{ name: a, n: 3 }]\n',
    );
    expect(isStep(step).args({ ...scope, item: { name: 'a', n: 3 } })).toEqual({ unit: 'a', wait: 3 });
  });

  test('registers results', () => {
    const steps =
      '    - umount: {}\n      loop: units\n      register: all\n    - umount: {}\n      when: all.changed && all.results.exists(r, r.item == "a" && r.changed)\n';
    const when = isStep(tasksOf(steps)[1]).when;
    expect(when?.evaluate({ all: { changed: true, results: [{ item: 'a', changed: true }] } })).toBe(true);
  });
});

describe('trying again', () => {
  const retryOf = (keys: string) => isStep(tasksOf(`    - scan: {}\n      register: found\n${keys}`)[0]).retry;

  test('has defaults as in Ansible', () => {
    expect(retryOf('      until: found.dead == 0\n')).toMatchObject({ retries: 3, delay: 5 });
    expect(retryOf('      retries: 2\n')).toEqual({ until: undefined, retries: 2, delay: 5 });
    expect(retryOf('      until: found.dead == 0\n      retries: 10\n      delay: 1m30s\n')).toMatchObject({
      ...{ retries: 10, delay: 90 },
    });
    expect(retryOf('')).toBeUndefined();
  });

  test('asks of the own result', () => {
    const until = retryOf('      until: found.dead == 0 && port == 22\n')?.until;
    expect([0, 1].map((dead) => until?.evaluate({ ...scope, found: { dead } }))).toEqual([true, false]);
  });
});

describe('flags of a step', () => {
  test('are off where nothing is said', () => {
    expect(isStep(tasksOf('    - scan: {}\n')[0])).toMatchObject({
      ...{ ignoreErrors: false, runOnce: false, become: undefined, tags: [] },
    });
  });

  test('are taken over from blocks and the play, but what a step says itself wins', () => {
    const play = playOf(
      '- hosts: x\n  become: true\n  tags: play\n  steps:\n' +
        '    - block:\n        - scan: {}\n          tags: [own, play]\n        - scan: {}\n          become: true\n' +
        '      become: false\n      tags: block\n    - scan: {}\n      ignore_errors: true\n      run_once: true\n',
    );
    const [block, last] = play.steps;
    expect(isBlock(block).steps).toMatchObject([
      { become: false, tags: ['play', 'block', 'own'] },
      { become: true, tags: ['play', 'block'] },
    ]);
    expect(isStep(last)).toMatchObject({ become: true, tags: ['play'], ignoreErrors: true, runOnce: true });
  });
});

describe('a block', () => {
  test('keeps its parts, and its condition makes sure of what stands in it', () => {
    const [, block] = tasksOf(
      '    - name: Look\n      scan: {}\n      register: found\n      when: port == 22\n' +
        '    - name: Free\n      when: port == 22\n      block:\n        - umount: {}\n          when: found.dead > 0\n' +
        '      rescue:\n        - umount: { lazy: true }\n          when: found.dead > 0\n      always:\n        - scan: {}\n',
    );
    const { name, when, steps, rescue, always, inputs } = isBlock(block);
    expect({ name, source: when?.source, inputs }).toEqual({ name: 'Free', source: 'port == 22', inputs: undefined });
    expect([steps, rescue, always].map((tasks) => tasks.map((task) => task.name))).toEqual([
      ...[['umount'], ['umount'], ['scan']],
    ]);
  });

  test('what both its body and its rescue register is set behind it', () => {
    tasksOf(
      '    - block:\n        - scan: {}\n          register: found\n      rescue:\n        - scan: {}\n          register: found\n' +
        '    - umount: {}\n      when: found.dead > 0\n',
    );
  });

  test('without a rescue, all that it registers is set behind it', () => {
    tasksOf(
      '    - block:\n        - scan: {}\n          register: found\n        - umount: {}\n      always:\n        - scan: {}\n          register: last\n' +
        '    - umount: {}\n      when: found.dead > 0 && last.dead > 0\n',
    );
  });
});

describe('an include', () => {
  test('is a block of the steps in the file, which see what stands before it', () => {
    file('list.yaml', '- umount: {}\n  when: found.dead > 0\n- scan: {}\n  register: after\n');
    const [, block, last] = tasksOf(
      '    - scan: {}\n      register: found\n    - include: list.yaml\n      tags: t\n    - umount: {}\n      when: after.dead > 0\n',
    );
    const { name, steps, inputs } = isBlock(block);
    expect({ name, inputs }).toEqual({ name: 'list.yaml', inputs: undefined });
    expect(steps.map((step) => isStep(step).tags)).toEqual([['t'], ['t']]);
    expect(isStep(steps[0]).at).toMatchObject({ file: join(folder, 'list.yaml'), line: 1, column: 3 });
    expect(isStep(last).when).toBeDefined();
  });

  test('gives inputs their values: given ones, templates with their types, defaults', () => {
    file(
      'agent.yaml',
      'inputs:\n  unit: { type: string }\n  wait: { type: int, default: 5 }\nsteps:\n  - restart: { unit: "{{ unit }}", wait: "{{ wait }}" }\n',
    );
    const inputsOf = (given: string) =>
      isBlock(tasksOf(`    - include: agent.yaml\n      inputs: ${given}\n`)[0]).inputs;
    expect(inputsOf('{ unit: a }')?.(scope)).toEqual({ unit: 'a', wait: 5 });
    expect(inputsOf('{ unit: "{{ units[1] }}", wait: "{{ port }}" }')?.(scope)).toEqual({ unit: 'b', wait: 22 });
    expect(() => inputsOf('{ unit: "{{ nested.x }}" }')?.({ nested: { x: 7 } })).toThrow(
      /p.yaml:4:23: the input 'unit': it must be a string, not 7/,
    );
  });

  test('is looked for beside the file that includes it', () => {
    file('outer.yaml', '- include: inner.yaml\n');
    file('inner.yaml', '- scan: {}\n');
    const outer = isBlock(tasksOf('    - include: outer.yaml\n')[0]);
    expect(isBlock(outer.steps[0]).steps).toHaveLength(1);
  });

  test('of a file that is no text, or never ends, is an error there', () => {
    writeFileSync(join(folder, 'bytes.yaml'), new Uint8Array([0x61, 0xff]));
    const { told } = check('- hosts: x\n  steps:\n    - include: bytes.yaml\n    - include: /dev/zero\n');
    expect(told).toContain('bytes.yaml:1:2: error: this byte is not UTF-8');
    expect(told).toContain("p.yaml:4:16: error: can't read /dev/zero: it is no regular file");
  });

  test('that multiplies itself is stopped', () => {
    for (let i = 0; i < 12; i++) file(`m${i}.yaml`, `- include: m${i + 1}.yaml\n- include: m${i + 1}.yaml\n`);
    file('m12.yaml', '- scan: {}\n');
    expect(check('- hosts: x\n  steps:\n    - include: m0.yaml\n').told).toContain('more than 500 files are included');
  });
});

describe("a play's inputs", () => {
  const given = (declaration: string, extraVars: Known['extraVars']) =>
    playOf(`- hosts: x\n  inputs: { it: ${declaration} }\n  steps:\n    - scan: {}\n`, extraVars && { extraVars }).vars
      .it;

  test.each([
    ['{ type: string }', '5', '5'],
    ['{ type: int }', '-5', -5],
    ['{ type: number }', '0.5', 0.5],
    ['{ type: bool }', 'true', true],
    ['{ type: list }', 'a, b', ['a', 'b']],
    ['{ type: list }', '[1, "a"]', [1, 'a']],
    ['{ type: map }', '{"a": 1}', { a: 1 }],
    ['{ type: string, pattern: "[a-z]+" }', 'abc', 'abc'],
    ['{ type: string, enum: [a, b] }', 'b', 'b'],
    ['{ type: string, default: x }', 'y', 'y'],
  ])('%s takes -e it=%s', (declaration, text, value) => expect(given(declaration, { it: text })).toEqual(value));

  test('take values that have their types', () => {
    expect(given('{ type: list }', { it: [1] })).toEqual([1]);
    expect(given('{ type: int }', { it: 3 })).toBe(3);
  });

  test('fall back to their defaults', () => expect(given('{ type: bool, default: false }', {})).toBe(false));

  test.each([
    ['{ type: int }', '5.5', 'it must be a whole number'],
    ['{ type: int }', '0x5', 'it must be a whole number'],
    ['{ type: bool }', 'yes', 'it must be true or false'],
    ['{ type: map }', '[1]', 'it must be a map'],
    ['{ type: map }', '{', 'it must be a map'],
    ['{ type: string, pattern: "[a-z]+" }', 'abc1', 'does not match [a-z]+'],
    ['{ type: string, pattern: "a|b" }', 'ab', 'does not match a|b'],
    ['{ type: string, enum: [a, b] }', 'c', 'it must be one of "a", "b"'],
  ])('%s refuses -e it=%s', (declaration, text, why) => {
    const { playbook, told } = check(`- hosts: x\n  inputs: { it: ${declaration} }\n  steps:\n    - scan: {}\n`, {
      extraVars: { it: text },
    });
    expect(playbook).toBeUndefined();
    expect(told).toContain('p.yaml:2:13: error: -e it: ');
    expect(told).toContain(why);
  });

  test('are missed where -e has nearly their names', () => {
    const text = '- hosts: x\n  inputs: { ticket: { type: string, default: none } }\n  steps:\n    - scan: {}\n';
    const { playbook, told } = check(text, { extraVars: { tikcet: 'OPS-7', other: 'x' } });
    expect(playbook).toBeDefined();
    expect(told).toBe(
      [
        'p.yaml:2:13: warning: -e tikcet is no input [PB210]',
        '    inputs: { ticket: { type: string, default: none } }',
        '              ^^^^^^',
        '  did you mean -e ticket=…?',
      ].join('\n'),
    );
    expect(check(text, { extraVars: { ticket: 'OPS-7', tikcet: 'x' } }).told).toBe('');
  });

  test('may be left open where a playbook is only checked, and still have their types', () => {
    const text = (when: string) =>
      `- hosts: x\n  inputs: { it: { type: int } }\n  steps:\n    - umount: {}\n      when: ${when}\n`;
    expect(check(text('it > 1'), { mayLackInputs: true }).told).toBe('');
    expect(check(text('it > 1')).told).toContain("the input 'it' is not given");
    expect(check(text('it == "a"'), { mayLackInputs: true }).told).toContain('these types do not go together');
  });
});

describe('what the command line chooses', () => {
  const steps =
    '    - name: Look\n      scan: {}\n      register: found\n      tags: look\n' +
    '    - name: Both\n      tags: free\n      block:\n        - name: Free\n          umount: {}\n      rescue:\n        - name: Saved\n          scan: {}\n' +
    '      always:\n        - name: End\n          scan: {}\n' +
    '    - name: Last\n      umount: {}\n';
  const choose = (only: string[], skip: string[] = [], startAt?: string) => new Choice({ only, skip }, startAt);
  const names = (tasks: readonly Task[]): unknown[] =>
    tasks.map((task) =>
      task.kind === 'step' ? task.name : [task.steps, task.rescue, task.always].map((part) => names(part)),
    );

  test.each([
    ['--tags', choose(['free']), [[['Free'], ['Saved'], ['End']]]],
    ['--skip-tags', choose([], ['free']), ['Look', 'Last']],
    ['--start-at-step in a block', choose([], [], 'Free'), [[['Free'], ['Saved'], ['End']], 'Last']],
    ['--start-at-step at the end of a block', choose([], [], 'End'), [[[], [], ['End']], 'Last']],
    ['all', choose(['all']), ['Look', [['Free'], ['Saved'], ['End']], 'Last']],
    ['a step of a rescue', choose([], [], 'Saved'), []],
  ])('%s', (_, choice, left) => expect(names(tasksOf(steps, { choice }))).toEqual(left));

  test('goes through all playbooks of a run from the step to start at on', () => {
    const choice = choose([], [], 'Last');
    expect(names(tasksOf('    - scan: {}\n', { choice }))).toEqual([]);
    expect(choice.hasBegun).toBe(false);
    expect(names(tasksOf(steps, { choice }))).toEqual(['Last']);
    expect(names(tasksOf('    - scan: {}\n', { choice }))).toEqual(['scan']);
  });

  test('must not leave out what others read', () => {
    const reading = `${steps}    - umount: {}\n      when: found.dead > 0\n      tags: free\n`;
    const { told } = check(`- hosts: x\n  steps:\n${reading}`, { choice: choose(['free']) });
    expect(told).toContain("'found' is not set: step 'Look' in line 3 registers it, and it is left out by --tags");
  });

  test('leaves out a handler that nobody notifies any more, and what it reads', () => {
    const handlers = '  handlers:\n    - name: Again\n      umount: {}\n      when: found.dead > 0\n';
    const text = `- hosts: x\n  steps:\n${steps}    - umount: {}\n      notify: Again\n      tags: look\n${handlers}`;
    expect(playOf(text, { choice: choose(['free']) }).handlers).toEqual([]);
    expect(playOf(text, { choice: choose(['look']) }).handlers).toHaveLength(1);
  });

  test('does not make a handler look as if nobody notified it', () => {
    const handlers = '  handlers:\n    - name: Again\n      scan: {}\n';
    const notifying = `${steps}    - umount: {}\n      notify: Again\n${handlers}`;
    expect(check(`- hosts: x\n  steps:\n${notifying}`, { choice: choose(['look']) }).told).toBe('');
  });
});
