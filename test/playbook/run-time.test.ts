import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import type { Scope } from '../../src/core/expression.ts';
import type { Host } from '../../src/core/inventory.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { NO_LIMITS } from '../../src/core/limits.ts';
import { type Play, type Step, stepsOf } from '../../src/core/playbook.ts';
import { PLAIN_ROLLOUT } from '../../src/core/rollout.ts';
import { hostScope } from '../../src/core/scope.ts';
import { StepError } from '../../src/core/step-type.ts';
import { checkPlaybook } from '../../src/playbook/load-playbook.ts';
import { stepTypes } from './step-types.ts';

const host: Host = {
  name: 'web1',
  groups: ['all', 'docker', 'web'],
  vars: {
    port: 22,
    ratio: 0.5,
    name: 'x',
    tags: ['a', 'b'],
    nested: { deep: [1, { n: null }] },
    ok: true,
    any: 'text',
  },
};
/** On the second host `any` is a number: its type is known at run time only. */
const other: Host = { ...host, name: 'web2', vars: { ...host.vars, any: 5 } };

function playOf(steps: string, settings = '', extraVars: JsonObject = {}): Play {
  const text = `- hosts: docker\n${settings}  steps:\n${steps}`;
  const known = { stepTypes, selectHosts: () => [host, other], extraVars };
  const { playbook, findings } = checkPlaybook(new TextEncoder().encode(text), 'p.yaml', known);
  if (!playbook) throw new InputError(findings);
  const [play] = playbook.plays;
  if (!play) throw new Error('no play');
  return play;
}

function stepOf(step: string): Step {
  const { steps } = playOf(`    - scan: {}\n      register: found\n    - ${step}\n`);
  const last = stepsOf(steps).at(-1);
  if (!last) throw new Error('no step');
  return last;
}

const found = { dead: 2, busy: true, driver: 'overlay2', ids: ['648fcdd4547a', 'b'], more: { a: [1] }, changed: false };
const scope: Scope = { ...hostScope(host, { vars: {} }), found };

/** The value of one expression, by way of an argument that keeps its type. */
const value = (expression: string, over: Scope = scope): Json => {
  const args = stepOf(`assert: { that: "true", message: ${JSON.stringify(`{{ ${expression} }}`)} }`).args(over);
  return (args as { message: Json }).message;
};
const text = (template: string): Json =>
  (stepOf(`assert: { that: "true", message: ${JSON.stringify(template)} }`).args(scope) as { message: Json }).message;
const condition = (expression: string, over: Scope = scope): boolean | undefined =>
  stepOf(`umount: {}\n      when: ${JSON.stringify(expression)}`).when?.evaluate(over);

describe('conditions', () => {
  test.each([
    ['found.dead > 0', true],
    ['found.dead + 1 == 3 && found.busy', true],
    ['port == 22', true],
    ['ratio < 1.0', true],
    ['"web" in group_names && !("all" in group_names)', true],
    ['inventory_hostname == "web1"', true],
    ['found.ids.exists(id, id.startsWith("648"))', true],
    ['nested.deep[0] == 1 && nested.deep[1].n == null', true],
    ['found.changed', false],
    ['size(found.ids) == 3', false],
    ['has(nested.nothing)', false],
    ['any == "text"', true],
    ['cel.bind(n, size(found.ids), n == 2 && found.ids.all(port, size(port) > 0) && port == 22)', true],
    ['found.ids.map(id, id + name)[0] == "648fcdd4547ax"', true],
  ])('%s', (expression, expected) => expect(condition(expression)).toBe(expected));

  test.each([
    ['int(any) == 0', ''],
    ['uint(any) == 0u', ''],
    ['1 + int(any + "") == 1', ''],
    ['["1", any].exists(each, int(each) == 0)', ''],
    ['int(string(int(any))) == 0', ''],
  ])('%s of a text without a digit fails, and is not 0', (expression, any) => {
    expect(() => condition(expression, { ...scope, any })).toThrow('an empty text is no number');
  });

  test.each([
    ['int(any) == 7', '7'],
    ['int(any + "1") == 71 && int(1.9) == 1', '7'],
    ['["1", any].all(each, int(each) > 0)', '7'],
  ])('%s is a number', (expression, any) => {
    expect(condition(expression, { ...scope, any })).toBe(true);
  });

  test('true and false may be written without an expression', () => {
    expect(stepOf('umount: {}\n      when: false').when?.evaluate({})).toBe(false);
  });

  test('one whose type only the host knows must give true or false there', () => {
    expect(() => condition('any')).toThrow("p.yaml:6:14: 'any': this must be true or false");
    expect(condition('any', { ...scope, any: true })).toBe(true);
  });
});

describe('templates', () => {
  test.each([
    ['{{ found.driver }}', 'overlay2'],
    ['{{found.ids[0]}}', '648fcdd4547a'],
    ['{{ "a" + "b" }}', 'ab'],
    ['{{ {"a": "}}"}["a"] }}', '}}'],
    ['{{ "{{" }} is literal', '{{ is literal'],
    ['n={{ found.dead }}, {{ ratio }}, {{ ok }}, {{ any }}', 'n=2, 0.5, true, text'],
    ['{{ found.ids.join(", ") }}', '648fcdd4547a, b'],
    ['no braces } {', 'no braces } {'],
    ['{{ 9007199254740991 }}!', '9007199254740991!'],
  ])('%s', (template, expected) => expect(text(template)).toBe(expected));

  test("a string that is one expression keeps the value's type", () => {
    expect(stepOf('restart: { unit: docker, wait: "{{ port }}" }').args(scope)).toEqual({ unit: 'docker', wait: 22 });
    expect(stepOf('command: { run: "true", args: "{{ tags }}" }').args(scope)).toEqual({
      run: 'true',
      args: ['a', 'b'],
    });
  });

  test('data is never evaluated again', () => {
    expect(value('name', { ...scope, name: '{{ port }}' })).toBe('{{ port }}');
  });

  test('what a template stands for is checked against the schema on the host', () => {
    const step = stepOf('restart: { unit: docker, wait: "{{ any }}" }');
    expect(step.args({ ...scope, any: 5 })).toEqual({ unit: 'docker', wait: 5 });
    expect(() => step.args(scope)).toThrow("'wait' of restart must be a whole number, not the string 'text'");
    expect(() => stepOf('restart: { unit: "{{ any }}" }').args({ ...scope, any: '!' })).toThrow(StepError);
  });

  test('a list or nothing does not become text', () => {
    const step = stepOf('assert: { that: "true", message: "is {{ nested.deep[1].n }}" }');
    expect(() => step.args(scope)).toThrow("this can't be put into a string");
  });
});

describe('arguments', () => {
  test('defaults are filled in, and nothing stands for an empty map', () => {
    expect(stepOf('umount:').args({})).toEqual({ namespaces: ['host'], lazy: false });
    expect(stepOf('umount: { lazy: "{{ ok }}" }').args(scope)).toEqual({ namespaces: ['host'], lazy: true });
  });

  test('a condition becomes its value', () => {
    expect(stepOf('assert: { that: found.dead == 2 }').args(scope)).toEqual({ that: true });
    expect(stepOf('assert: { that: [found.busy, port > 22] }').args(scope)).toEqual({ that: [true, false] });
    expect(stepOf('restart: { unit: docker, pause: found.dead * 30 }').args(scope)).toEqual({
      unit: 'docker',
      pause: 60,
    });
  });

  test('each call gives a new value', () => {
    const step = stepOf('command: { run: "true", args: ["{{ found.driver }}"] }');
    expect(step.args(scope)).not.toBe(step.args(scope));
    expect(step.args({ ...scope, found: { ...found, driver: 'aufs' } })).toEqual({ run: 'true', args: ['aufs'] });
  });

  test('Go templates of docker pass through a program', () => {
    const run = "docker ps --format '{{.ID}} {{json .Names}} {{- .Size}}'";
    expect(stepOf(`command: { run: ${JSON.stringify(run)} }`).args({})).toEqual({ run, args: [] });
  });
});

describe('what goes wrong on a host names the expression, its place and what to do', () => {
  const without: Scope = hostScope(host, { vars: {} });

  test('a register of a skipped step', () => {
    const step = stepOf('umount: {}\n      when: found.busy');
    expect(() => step.when?.evaluate(without)).toThrow(
      "p.yaml:6:13: 'found.busy': found is not set on this host: step 'scan' (line 3) was skipped or gave no result",
    );
    expect(condition('port == 80 && found.busy', without)).toBe(false);
  });

  test.each([
    ['found.dead / (port - 22) > 0', 'division by zero'],
    ['found.more.b == 1', 'No such key: b'],
    ['any > 1', 'no such overload: dyn<string> > int'],
    ['tags[7] == "x"', 'No such key: index out of bounds, index 7 >= size 2'],
  ])('%s', (expression, why) => {
    expect(() => condition(expression)).toThrow(StepError);
    expect(() => condition(expression)).toThrow(why);
  });

  test('a number too large to be kept', () => {
    expect(() => value('string(9007199254740993 - port + port)')).not.toThrow();
    expect(() => stepOf('restart: { unit: docker, wait: "{{ 9007199254740993 }}" }').args(scope)).toThrow('too large');
  });
});

describe('plays', () => {
  test('settings, in both spellings', () => {
    const alone = playOf('    - scan: {}\n', '  name: Free\n  serial: 2\n  on_failure: rollback_host\n');
    expect(alone).toMatchObject({
      name: 'Free',
      hosts: 'docker',
      rollout: { ...PLAIN_ROLLOUT, serial: [{ count: 2 }], onFailure: 'rollback_host' },
      at: { line: 1, column: 3 },
    });
    const below = playOf('    - scan: {}\n', '  rollout: { serial: 3, on_failure: continue }\n');
    expect(below.rollout).toEqual({ ...PLAIN_ROLLOUT, serial: [{ count: 3 }], onFailure: 'continue' });
    expect(playOf('    - scan: {}\n')).toMatchObject({
      ...{ name: 'docker', rollout: PLAIN_ROLLOUT, limits: NO_LIMITS, health: [], vars: {}, handlers: [] },
    });
  });

  test('a rollout with all its knobs', () => {
    const knobs = `  rollout:
    serial: [1, "3", 10%, 100%]
    forks: 5
    max_failures: 2.5%
    on_failure: rollback_all
    soak: 1h30m
    health:
      - scan: {}
        register: found
      - scan: {}
        when: found.busy
    spread_by: port
    max_hosts: 100
    max_containers_stopped: 0
    window: { start: "22:00", end: "24:00", time_zone: Europe/Berlin, days: [sat, sun] }
    confirm: canary
`;
    const { rollout, health } = playOf('    - scan: {}\n', knobs, { port: 80 });
    expect(rollout).toMatchObject({
      serial: [{ count: 1 }, { count: 3 }, { percent: 10 }, { percent: 100 }],
      ...{ forks: 5, maxFailures: { percent: 2.5 }, onFailure: 'rollback_all', soak: 5400 },
      ...{ spread: { by: 'port', most: 1 }, maxHosts: 100, maxContainersStopped: 0, confirm: 'canary' },
      window: { start: 22 * 60, end: 24 * 60, zone: 'Europe/Berlin', days: [6, 0] },
    });
    expect(stepsOf(health).map(({ type }) => type.name)).toEqual(['scan', 'scan']);
  });

  test('extra variables win over those of the play, those over the inventory', () => {
    const play = playOf(
      '    - umount: {}\n      when: port == 80 && name == "play"\n',
      '  vars: { port: 443, name: play }\n',
      { port: 80 },
    );
    expect(play.vars).toEqual({ port: 80, name: 'play' });
    expect(play.steps[0]?.when?.evaluate(hostScope(host, play))).toBe(true);
  });

  test('steps, handlers, notifications and deadlines', () => {
    const play = playOf(
      '    - umount: {}\n      timeout: 1h30m\n      notify: Again\n    - name: Look\n      scan:\n      register: found\n' +
        '  handlers:\n    - name: Again\n      umount: {}\n      when: found.busy\n',
    );
    expect(
      stepsOf(play.steps).map(({ name, deadline, notify, register }) => ({ name, deadline, notify, register })),
    ).toEqual([
      { name: 'umount', deadline: 5400, notify: ['Again'], register: undefined },
      { name: 'Look', deadline: 60, notify: [], register: 'found' },
    ]);
    expect(play.handlers.map((handler) => handler.name)).toEqual(['Again']);
    expect(play.handlers[0]?.when?.evaluate(scope)).toBe(true);
  });

  test('without an inventory any name may be a variable of it', () => {
    const bytes = new TextEncoder().encode('- hosts: x\n  steps:\n    - umount: {}\n      when: whatever == 1\n');
    expect(checkPlaybook(bytes, 'p.yaml', { stepTypes }).findings).toEqual([]);
  });

  test('but one that looks like a register is probably misspelt', () => {
    const steps =
      '    - scan: {}\n      register: ids\n    - umount: {}\n      when: isd.dead == 1 && ids.ids.exists(id, id == "a")\n';
    const checked = checkPlaybook(new TextEncoder().encode(`- hosts: x\n  steps:\n${steps}`), 'p.yaml', { stepTypes });
    expect(checked.playbook).toBeDefined();
    expect(checked.findings.map(({ severity, todo }) => ({ severity, todo }))).toEqual([
      { severity: 'warning', todo: "did you mean 'ids'?" },
    ]);
  });

  test('a register set again without a condition is set for sure', () => {
    const steps =
      '    - scan: {}\n      register: found\n    - scan: {}\n      register: found\n      when: found.busy\n    - umount: {}\n      when: found.busy\n';
    const bytes = new TextEncoder().encode(`- hosts: x\n  steps:\n${steps}`);
    expect(checkPlaybook(bytes, 'p.yaml', { stepTypes }).findings).toEqual([]);
  });
});
