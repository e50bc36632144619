import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Change, Risk } from '../../src/core/change.ts';
import type { ProbeScript, ScriptResult } from '../../src/core/host-script.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { ReadOnlySession } from '../../src/core/session.ts';
import type { AnyStepType, OutputType, PlanContext, Planned } from '../../src/core/step-type.ts';
import { validate } from '../../src/playbook/schema.ts';

/** One look at a host from which a step type plans. At least one of each type's must plan a change, if it can. */
export interface Sample {
  readonly args: JsonObject;
  /** What each probe script prints, by its path. */
  readonly answers: Readonly<Record<string, string>>;
}

export interface StepContract {
  /** The folder of step folders. */
  readonly steps: URL;
  /** By the type's name. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

/** What every step type must keep, told as tests: call it at the top of a test file. */
export function stepContract(types: readonly AnyStepType[], contract: StepContract): void {
  it('no two step types have the same name', () => {
    expect(new Set(types.map(({ name }) => name)).size).toBe(types.length);
  });
  for (const type of types) {
    describe(type.name, () => {
      definition(type);
      folder(new URL(`${type.name}/`, contract.steps));
      schemaOf(type);
      describe.each(contract.samples[type.name] ?? [])('sample %#', (sample) => {
        planning(type, sample);
        undoing(type, sample);
      });
      foreseeing(type, contract);
      it('has a sample', () => expect(contract.samples[type.name] ?? []).not.toEqual([]));
    });
  }
}

function definition(type: AnyStepType): void {
  it('is named as people write it in YAML', () => expect(type.name).toMatch(/^[a-z][a-z0-9_]*$/));

  it('says in one line what it does', () => expect(type.description).toMatch(/^[A-Z`][^\n]{10,300}\.$/));

  it('has a deadline', () => {
    expect(type.deadline).toBeGreaterThan(0);
    expect(Number.isFinite(type.deadline)).toBe(true);
  });

  it('gives names and types to what register keeps; `changed` is the runner', () => {
    for (const [name, kind] of Object.entries(type.output)) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name).not.toBe('changed');
      expect(Object.keys(IS_OF_TYPE)).toContain(kind);
    }
  });

  it('can be undone, done again, or says why not', () => {
    const { undo } = type;
    if (undo.kind === 'irreversible') expect(undo.reason).toMatch(/\S{3,}/);
    else expect(undo.call).toBeTypeOf('function');
  });
}

function folder(url: URL): void {
  it('lives in a folder of its name', () => expect(existsSync(new URL('step.ts', url))).toBe(true));
}

function schemaOf(type: AnyStepType): void {
  const { schema } = type;
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>);

  it('takes an object of known arguments', () => {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it.each(properties)('tells what `%s` is', (_, property) => expect(property.description).toMatch(/\S+ \S+/));

  it.each(properties.filter(([, { default: value }]) => value !== undefined))(
    'gives `%s` a default that is allowed',
    (_, property) => expect(errorsOf(within(property), { it: property.default ?? null })).toEqual([]),
  );

  it('shows examples that are right', () => {
    const examples = (schema.examples ?? []) as readonly Json[];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(errorsOf(schema, example)).toEqual([]);
  });

  it.each(properties.filter(([, { examples }]) => examples !== undefined))(
    'shows examples of `%s` that are right',
    (_, property) => {
      for (const example of property.examples as readonly Json[])
        expect(errorsOf(within(property), { it: example })).toEqual([]);
    },
  );
}

const within = (property: JsonObject): JsonObject => ({ type: 'object', properties: { it: property } });

const errorsOf = (schema: JsonObject, value: Json): readonly string[] =>
  validate(schema, structuredClone(value)).map(({ instancePath, message }) => `${instancePath} ${message}`);

/** In a check, what an earlier step is going to change counts as changed. */
function foreseeing(type: AnyStepType, { samples }: StepContract): void {
  it('does not plan again what an earlier step of the same check is going to do', async () => {
    const repeated = await Promise.all((samples[type.name] ?? []).map((sample) => planAgain(type, sample)));
    expect(repeated.flat()).toEqual([]);
  });
}

async function planAgain(type: AnyStepType, sample: Sample): Promise<readonly Change[]> {
  const { changes } = await planOf(type, sample, { pending: [], done: [] });
  const again = await planOf(type, sample, { pending: changes, done: [] });
  return again.changes.filter(({ may }) => may !== true);
}

async function planOf(type: AnyStepType, sample: Sample, context: PlanContext): Promise<Planned> {
  const facts: unknown = await type.probe(onlyProbes(sample), frozen(sample.args));
  return type.plan(frozen(sample.args), frozen(facts), frozen(context));
}

function planning(type: AnyStepType, sample: Sample): void {
  const plan = () => planOf(type, sample, { pending: [], done: [] });

  it('plans without changing what it was given, and the same twice', async () => {
    const facts: unknown = frozen(await type.probe(onlyProbes(sample), frozen(sample.args)));
    const context = frozen({ pending: [], done: [] });
    const once: unknown = type.plan(frozen(sample.args), facts, context);
    expect(type.plan(frozen(sample.args), facts, context)).toEqual(once);
  });

  it('gives register what it promises', async () => {
    const { output = {}, refusal } = await plan();
    if (refusal !== undefined) return;
    expect(Object.keys(output).sort()).toEqual(Object.keys(type.output).sort());
    for (const [name, kind] of Object.entries(type.output) as [string, OutputType][]) {
      expect([name, IS_OF_TYPE[kind](output[name] ?? null)]).toEqual([name, true]);
    }
  });

  it('plans changes that a journal keeps as they are, each a line for people', async () => {
    const { changes, refusal } = await plan();
    expect(JSON.parse(JSON.stringify(changes))).toEqual(changes);
    if (refusal !== undefined) expect(changes).toEqual([]);
    for (const change of changes) {
      expect(change.summary).toMatch(/^[^\n]{3,500}$/);
      expect(change.resource).toMatch(/^\S+ [^\n]+$/);
      expect(RISKS).toContain(change.risk);
    }
  });
}

/** Host and controller take a change back by the same call: nothing may be asked for it, and a journal must be enough. */
function undoing(type: AnyStepType, sample: Sample): void {
  const { undo } = type;
  if (undo.kind === 'irreversible') return;

  it('knows the call that takes a change back before the change is made, and from its journal', async () => {
    const { changes } = await planOf(type, sample, { pending: [], done: [] });
    for (const change of changes) {
      const call = undo.call(frozen(change));
      expect(undo.call(JSON.parse(JSON.stringify(change)))).toEqual(call);
      expect(call.summary).toMatch(/^[^\n]{3,500}$/);
      expect(call.script.kind).toMatch(undo.kind === 'reverse' ? /^undo$/ : /^apply$/);
      expect(existsSync(new URL(call.script.path, SRC))).toBe(true);
      for (const word of call.args) expect(word).not.toContain('\0');
    }
  });
}

const RISKS: readonly Risk[] = ['none', 'container-restart', 'daemon-restart', 'reboot', 'data-loss'];

const isTextList = (value: Json): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

const IS_OF_TYPE: Readonly<Record<OutputType, (value: Json) => boolean>> = {
  bool: (value) => typeof value === 'boolean',
  int: (value) => Number.isSafeInteger(value),
  string: (value) => typeof value === 'string',
  'list<string>': isTextList,
  'list<dyn>': Array.isArray,
  dyn: () => true,
};

/** All that check mode gives a step: a session that takes the probe scripts there are, and nothing else. */
function onlyProbes({ answers }: Sample): ReadOnlySession {
  return {
    host: 'sample',
    async probe(script: ProbeScript): Promise<ScriptResult> {
      expect(script.kind).toBe('probe');
      expect(existsSync(script.path.startsWith('/') ? script.path : fileURLToPath(new URL(script.path, SRC)))).toBe(
        true,
      );
      const stdout = answers[script.path];
      if (stdout === undefined) throw new Error(`the sample has no answer for ${script.path}`);
      return { code: 0, stdout, stderr: '', truncated: false };
    },
  };
}

const SRC = new URL('../../src/', import.meta.url);

/** The same value; whoever changes anything in it fails. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
