import { isDeepStrictEqual } from 'node:util';
import type { Change } from './core/change.ts';
import type { HostScript, ProbeScript, ScriptResult } from './core/host-script.ts';
import type { Json, JsonObject } from './core/json.ts';
import type { ReadOnlySession } from './core/session.ts';
import { definitionFaults, isOfType } from './core/step-definition.ts';
import type { AnyStepType, PlanContext, Planned } from './core/step-type.ts';
import { validate } from './playbook/schema.ts';
import { textOf } from './transport/script-store.ts';

/** One look at a host from which a step type plans. At least one of each type's should plan a change, if it can. */
export interface Sample {
  readonly args: JsonObject;
  /** What each probe script prints, by its path or the end of it: `probe.sh`. */
  readonly answers: Readonly<Record<string, string>>;
}

/**
 * Checks what every step type must keep so that a dry run tells the truth and a rollback works. Touches no host: probes are
 * answered by the samples. Needs no test framework.
 * @returns what is wrong, in words; none: it keeps all of it
 */
export async function checkStep(type: AnyStepType, samples: readonly Sample[]): Promise<readonly string[]> {
  const faults = definitionFaults(type);
  if (faults.length > 0) return faults;
  const found = [...schemaFaults(type.schema), ...(samples.length === 0 ? ['it has no sample'] : [])];
  for (const [i, sample] of samples.entries())
    found.push(...(await sampleFaults(type, sample)).map((fault) => `sample ${i + 1}: ${fault}`));
  return found;
}

const fault = (isRight: boolean, text: string): string[] => (isRight ? [] : [text]);

function schemaFaults(schema: JsonObject): string[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>);
  const examples = list(schema.examples);
  const own = properties.flatMap(([name, property]) => {
    const values = [...(property.default === undefined ? [] : [property.default]), ...list(property.examples)];
    const alone: JsonObject = { type: 'object', properties: { [name]: property } };
    return values.flatMap((value) => wrong(alone, { [name]: value }, `default or example of ${name}`));
  });
  return [
    ...fault(examples.length > 0, 'schema: it has no example'),
    ...examples.flatMap((example) => wrong(schema, example, 'example')),
    ...own,
  ];
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const wrong = (schema: JsonObject, value: Json, what: string): string[] =>
  validate(schema, structuredClone(value)).map(
    ({ instancePath, message }) => `schema: an ${what} does not fit: ${instancePath} ${message}`,
  );

/** What a step type throws at a sample is a fault like others. */
async function sampleFaults(type: AnyStepType, sample: Sample): Promise<string[]> {
  try {
    const args = frozen(sample.args);
    const facts: unknown = frozen(await type.probe(onlyProbes(sample), args));
    const plan = (context: PlanContext): Planned => type.plan(args, facts, frozen(context));
    const planned = plan({ pending: [], done: [] });
    return [
      ...fault(isDeepStrictEqual(plan({ pending: [], done: [] }), planned), 'plan: two plans from one look differ'),
      ...planFaults(type, planned),
      ...planned.changes.flatMap(changeFaults),
      ...repeated(plan({ pending: planned.changes, done: [] })),
      ...(await undoFaults(type, planned.changes)),
    ];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function planFaults({ output: promised }: AnyStepType, { changes, output = {}, refusal }: Planned): string[] {
  if (refusal !== undefined) return fault(changes.length === 0, 'plan: it refuses, and plans changes');
  const extra = Object.keys(output).filter((name) => !Object.hasOwn(promised, name));
  return [
    ...extra.map((name) => `plan: it gives register '${name}', which output does not name`),
    ...Object.entries(promised).flatMap(([name, kind]) =>
      fault(
        Object.hasOwn(output, name) && isOfType(output[name] ?? null, kind),
        `plan: register's ${name} is not ${kind}, as output promises`,
      ),
    ),
  ];
}

const RISKS: readonly string[] = ['none', 'container-restart', 'daemon-restart', 'reboot', 'data-loss'];

const changeFaults = (change: Change): string[] => [
  ...fault(
    isDeepStrictEqual(JSON.parse(JSON.stringify(change)), change),
    'change: a journal does not keep it as it is',
  ),
  ...fault(isLine(change.summary), 'change: its summary is not one line for people'),
  ...fault(/^\S+ [^\n]+$/.test(change.resource), "change: its resource is not a kind and a name: 'file /etc/x'"),
  ...fault(RISKS.includes(change.risk), `change: its risk is none of ${RISKS.join(', ')}`),
];

const isLine = (text: unknown): boolean => typeof text === 'string' && /^[^\n]{3,500}$/.test(text);

/** In a check, what an earlier step is going to change counts as changed. */
const repeated = ({ changes }: Planned): string[] =>
  changes
    .filter(({ may }) => may !== true)
    .map(({ summary }) => `plan: it plans again what is pending already: ${summary}`);

/** Host and controller take a change back by the same call: nothing may be asked for it, and a journal must be enough. */
async function undoFaults({ undo }: AnyStepType, changes: readonly Change[]): Promise<string[]> {
  if (undo.kind === 'irreversible') return [];
  const found = await Promise.all(
    changes.map(async (change) => {
      const call = undo.call(frozen(change));
      const kind = undo.kind === 'reverse' ? 'undo' : 'apply';
      return [
        ...fault(
          isDeepStrictEqual(undo.call(JSON.parse(JSON.stringify(change))), call),
          'undo: a journal is not enough',
        ),
        ...fault(isLine(call.summary), 'undo: its summary is not one line for people'),
        ...fault(call.script.kind === kind, `undo: its script is none of ${kind}Script`),
        ...fault(
          call.args.every((word) => typeof word === 'string' && !word.includes('\0')),
          'undo: an argument is no text, or holds NUL',
        ),
        ...(await scriptFaults(call.script)),
      ];
    }),
  );
  return found.flat();
}

const scriptFaults = ({ path }: HostScript): Promise<string[]> =>
  textOf(path).then(
    (text) => fault(text.startsWith('#!/bin/sh\n'), `${path} does not begin with #!/bin/sh`),
    (error: Error) => [error.message],
  );

/** All that check mode gives a step: a session that takes the probe scripts there are, and nothing else. */
function onlyProbes({ answers }: Sample): ReadOnlySession {
  return {
    host: 'sample',
    async probe(script: ProbeScript): Promise<ScriptResult> {
      if (script.kind !== 'probe') throw new Error(`probe: it runs a script that may change the host: ${script.path}`);
      const [problem] = await scriptFaults(script);
      if (problem !== undefined) throw new Error(`probe: ${problem}`);
      const key = Object.keys(answers).find((path) => script.path === path || script.path.endsWith(`/${path}`));
      if (key === undefined) throw new Error(`the sample has no answer for ${script.path}`);
      return { code: 0, stdout: answers[key] ?? '', stderr: '', truncated: false };
    },
  };
}

/** The same value; whoever changes anything in it fails. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
