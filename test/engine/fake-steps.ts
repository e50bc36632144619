import type { Change } from '../../src/core/change.ts';
import type { Expression, Scope } from '../../src/core/expression.ts';
import { applyScript, DRIFTED, probeScript, type ScriptResult, undoScript } from '../../src/core/host-script.ts';
import type { Json } from '../../src/core/json.ts';
import { NO_LIMITS } from '../../src/core/limits.ts';
import type { Block, Play, Step, Task } from '../../src/core/playbook.ts';
import { type Amount, PLAIN_ROLLOUT, type Rollout } from '../../src/core/rollout.ts';
import { type AnyStepType, defineStep, type PlanContext, StepError } from '../../src/core/step-type.ts';

const at = { file: 'play.yaml', line: 1, column: 1 };
const schema = { type: 'object', description: 'a fake' } as const;

interface FileChange extends Change {
  readonly before: string;
  readonly after: string;
  readonly data: { readonly key: string };
}

function settled(result: ScriptResult, what: string): void {
  if (result.code === DRIFTED) throw new StepError(`${what}: changed since`, { drifted: true });
  if (result.code !== 0) throw new StepError(`${what}: exit ${result.code}`, { todo: 'look' });
}

const pendingValue = ({ pending }: PlanContext, key: string): Json | undefined =>
  pending.findLast((change) => change.resource === `file ${key}`)?.after;

/** Puts a file; its undo puts back what was there, unless someone else has changed it. */
export const file = defineStep<{ key: string; value: string }, string, FileChange>({
  name: 'file',
  description: 'Puts a file.',
  schema,
  output: { was: 'string' },
  deadline: 30,
  probe: async (host, { key }) => (await host.probe(probeScript('get'), [key])).stdout,
  plan({ key, value }, facts, context) {
    const now = pendingValue(context, key) ?? facts;
    const was = String(now);
    if (now === value) return { changes: [], output: { was } };
    const change = { resource: `file ${key}`, summary: `put ${key}`, before: was, after: value, risk: 'none' as const };
    return { changes: [{ ...change, data: { key } }], output: { was } };
  },
  async apply(host, { data, before, after }) {
    settled(await host.run(applyScript('set'), [data.key, before, after]), data.key);
  },
  undo: {
    kind: 'reverse',
    call: ({ data, before, after }) => ({
      script: undoScript('set'),
      args: [data.key, after, before],
      summary: `put ${data.key} back`,
      look: probeScript('would-set'),
    }),
  },
});

/** Makes a unit see the files: done where a file was changed since. */
const activation = (name: string, risk: Change['risk']) =>
  defineStep<{ unit: string }, boolean, Change>({
    name,
    description: 'Activates.',
    schema,
    output: {},
    deadline: 60,
    probe: async (host, { unit }) => (await host.probe(probeScript('stale'), [unit])).stdout === 'yes',
    plan({ unit }, stale, { pending, done }) {
      const since = pending.slice(pending.findLastIndex(({ resource }) => resource === `unit ${unit}`) + 1);
      const planned = pending.some(({ resource }) => resource === `unit ${unit}`);
      const needed =
        (stale && !planned && done.length === 0) || since.some(({ resource }) => resource.startsWith('file '));
      if (!needed) return { changes: [] };
      return { changes: [{ resource: `unit ${unit}`, summary: `${name} ${unit}`, before: null, after: null, risk }] };
    },
    async apply(host, { resource }) {
      settled(await host.run(applyScript('activate'), [resource.slice('unit '.length)]), resource);
    },
    undo: {
      kind: 'repeat',
      call: ({ resource }) => ({
        script: applyScript('activate'),
        args: [resource.slice('unit '.length)],
        summary: `${name} again`,
      }),
    },
  });

export const reload = activation('reload', 'none');
export const restart = activation('restart', 'daemon-restart');

/** Removes a file for good. */
export const burn = defineStep<{ key: string }, string, FileChange>({
  name: 'burn',
  description: 'Removes a file for good.',
  schema,
  output: {},
  deadline: 30,
  probe: async (host, { key }) => (await host.probe(probeScript('get'), [key])).stdout,
  plan({ key }, facts, context) {
    const before = String(pendingValue(context, key) ?? facts);
    if (before === '') return { changes: [] };
    const change = { resource: `file ${key}`, summary: `burn ${key}`, before, after: '', risk: 'data-loss' as const };
    return { changes: [{ ...change, data: { key } }] };
  },
  async apply(host, { data, before }) {
    settled(await host.run(applyScript('set'), [data.key, before, '']), data.key);
  },
  undo: { kind: 'irreversible', reason: 'burnt' },
});

export const fakeSteps: readonly AnyStepType[] = [file, reload, restart, burn];
export const typeOf = (name: string): AnyStepType | undefined => fakeSteps.find((type) => type.name === name);

/** A step type that is `file` but for the given parts. */
export const fileBut = (parts: Partial<AnyStepType>): AnyStepType => ({ ...file, ...parts });

export const when = (
  source: string,
  evaluate: (scope: Scope) => boolean,
  reads: readonly string[] = [],
): Expression<boolean> => ({
  source,
  at,
  reads,
  evaluate,
});

export function step(type: AnyStepType, args: unknown, more: Partial<Step> = {}): Step {
  const name = more.name ?? `${type.name} ${Object.values(args as object).join(' ')}`;
  return {
    ...{ kind: 'step', name, at, type, args: () => args, when: undefined, register: undefined, notify: [] },
    ...{ deadline: type.deadline, loop: undefined, retry: undefined, ignoreErrors: false, become: undefined },
    ...{ runOnce: false, tags: [], reads: [], ...more },
  };
}

export const put = (key: string, value: string, more: Partial<Step> = {}): Step => step(file, { key, value }, more);

export function block(steps: readonly Task[], more: Partial<Block> = {}): Block {
  return {
    ...{ kind: 'block', name: 'block', at, when: undefined, inputs: undefined, reads: [] },
    steps,
    rescue: [],
    always: [],
    ...more,
  };
}

/** `serial` may be a number of hosts; the rollout's other settings stand beside the play's. */
export function play(
  steps: readonly Task[],
  { serial, ...more }: Partial<Play> & Partial<Omit<Rollout, 'serial'>> & { serial?: number | readonly Amount[] } = {},
): Play {
  const keys = Object.keys(PLAIN_ROLLOUT);
  const amounts = typeof serial === 'number' ? [{ count: serial }] : serial;
  const settings = Object.fromEntries(Object.entries(more).filter(([key]) => keys.includes(key)));
  return {
    ...{ name: 'play', at, hosts: 'all', vars: {}, steps, handlers: [], health: [], limits: NO_LIMITS },
    ...{ rollout: { ...PLAIN_ROLLOUT, ...settings, ...(amounts ? { serial: amounts } : {}) } },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => !keys.includes(key))),
  };
}
