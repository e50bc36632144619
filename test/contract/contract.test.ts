import { describe, expect, it } from 'vitest';
import { checkStep } from '../../src/contract.ts';
import type { Change } from '../../src/core/change.ts';
import { applyScript, probeScript, undoScript } from '../../src/core/host-script.ts';
import { type AnyStepType, defineStep } from '../../src/core/step-type.ts';
import { loadPlugin } from '../../src/playbook/load-plugin.ts';
import { packageRoot } from '../architecture/project.ts';

const example = await loadPlugin(`${packageRoot}docs/examples/marker/step.js`);
if ('problem' in example) throw new Error(example.problem);
const { type } = example;
const args = { path: '/run/m', note: 'back at 5' };
const samples = ['', 'something else\n', 'back at 5\n'].map((said) => ({ args, answers: { 'probe.sh': said } }));

/** The example with something in it broken. */
const broken = (more: Partial<AnyStepType>): AnyStepType => defineStep({ ...type, ...more });

/** The example, with each of its changes made another. */
const planning = (other: (change: Change) => object): AnyStepType =>
  broken({
    plan(given, facts, context) {
      const planned = type.plan(given, facts, context);
      return { ...planned, changes: planned.changes.map((change) => ({ ...change, ...other(change) })) };
    },
  });

const said = async (what: AnyStepType): Promise<string> => (await checkStep(what, samples)).join('\n');
let count = 0;

describe('the contract', () => {
  it('is kept by the example in the docs', async () => expect(await checkStep(type, samples)).toEqual([]));

  it('demands a sample', async () => expect(await checkStep(type, [])).toEqual(['it has no sample']));

  it.each<[string, AnyStepType, string]>([
    ['no step type', { ...type } as AnyStepType, 'it is not made by defineStep'],
    ['a name that is none', broken({ name: 'Marker!' }), 'name: '],
    ['no deadline', broken({ deadline: 0 }), 'deadline: '],
    ['open arguments', broken({ schema: { type: 'object', properties: {} } }), 'schema: it has type'],
    [
      'an example that does not fit',
      broken({ schema: { ...type.schema, examples: [{ path: 1 }] } }),
      'an example does',
    ],
    ['another output', broken({ output: { after: 'string' } }), "it gives register 'before'"],
    ['an output of another type', broken({ output: { before: 'int' } }), "register's before is not int"],
    [
      'a probe that changes',
      broken({ probe: (host) => host.probe(applyScript('files/apply.sh') as never) }),
      'may change',
    ],
    [
      'a probe without its script',
      broken({ probe: (host) => host.probe(probeScript('/no/probe.sh')) }),
      'no such file',
    ],
    [
      'a plan that changes what it is given',
      broken({ plan: (given) => ({ changes: [], output: Object.assign(given, { path: '' }) }) }),
      'read only',
    ],
    ['a plan by chance', broken({ plan: () => ({ changes: [], output: { before: `${count++}` } }) }), 'two plans'],
    ['a change that no journal keeps', planning(() => ({ data: { path: undefined } })), 'a journal does not keep it'],
    ['a change of many lines', planning(() => ({ summary: 'a\nb\nc' })), 'its summary'],
    ['a plan that sees nothing pending', planning(() => ({ resource: 'marker of another name' })), 'plans again'],
    ['an undo by a script that is not there', broken({ undo: undoBy('/no/undo.sh') }), 'no such file'],
  ])('finds %s', async (_, what, message) => expect(await said(what)).toContain(message));
});

function undoBy(path: string): AnyStepType['undo'] {
  return { kind: 'reverse', call: () => ({ script: undoScript(path), args: [], summary: 'undo it' }) };
}
