import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { Scope } from '../../src/core/expression.ts';
import type { Step, Task } from '../../src/core/playbook.ts';
import { StepError } from '../../src/core/step-type.ts';
import { Fleet } from './fake-run.ts';
import { block, burn, fileBut, play, put, step, when } from './fake-steps.ts';

const key = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('', '1', '2');
const looksInVain = fileBut({
  probe: () => {
    throw new StepError('it does not answer');
  },
});
const condition = fc.constantFrom(
  undefined,
  when('true', () => true),
  when('false', () => false),
);

const looped = fc.uniqueArray(key, { maxLength: 3 }).map(
  (items): Step => ({
    ...put('', '', { name: 'loop', loop: { items: () => items, asksEach: false } }),
    args: (scope: Scope) => ({ key: String(scope.item), value: '3' }),
  }),
);
const oneStep = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(key, value).map(([k, v]) => put(k, v)) },
      { weight: 2, arbitrary: key.map((k) => step(burn, { key: k })) },
      { weight: 2, arbitrary: looped },
      { weight: 1, arbitrary: key.map((k) => step(looksInVain, { key: k, value: '1' })) },
    ),
    condition,
    fc.record({ ignoreErrors: fc.boolean(), runOnce: fc.boolean() }),
    fc.option(fc.constant({ until: undefined, retries: 2, delay: 1 }), { nil: undefined }),
  )
  .map(
    ([own, asked, flags, retry]): Step => ({
      ...{ ...own, when: asked, ...flags },
      // What a look finds that is tried again only a run will know.
      retry: own.type === looksInVain ? undefined : retry,
    }),
  );
const { tasks } = fc.letrec<{ tasks: Task[]; task: Task; block: Task }>((tie) => ({
  tasks: fc.array(tie('task'), { maxLength: 4 }),
  task: fc.oneof({ depthSize: 'small' }, oneStep, tie('block')),
  block: fc
    .tuple(tie('tasks'), tie('tasks'), tie('tasks'), condition)
    .map(([steps, rescue, always, asked]) => block(steps, { rescue, always, when: asked })),
}));

const fleetWith = (content: Record<string, string>) => {
  const fleet = new Fleet('h1', 'h2');
  for (const [k, v] of Object.entries(content)) fleet.host('h1').files.set(k, v);
  return fleet;
};
const changes = (told: readonly { host: string; change: Change }[], name: string): readonly Change[] =>
  told.filter(({ host }) => host === name).map(({ change }) => change);

test('what check predicts of blocks, loops and retries is what run then does', async () => {
  const property = fc.asyncProperty(fc.dictionary(key, value), tasks, async (content, steps) => {
    const checked = fleetWith(content);
    const foretold = await checked.run([play(steps, { onFailure: 'continue' })], { mode: 'check' });
    expect(checked.trace.filter((text) => /: (set|activate) /.test(text))).toEqual([]);
    const ran = fleetWith(content);
    const done = await ran.run([play(steps, { onFailure: 'continue' })]);
    const planned = checked
      .ofType('step.planned')
      .flatMap(({ host, changes: some }) => some.map((change) => ({ host, change })));
    for (const name of ['h1', 'h2'])
      expect(changes(ran.ofType('change.applying'), name)).toEqual(changes(planned, name));
    // How many of its changes can be undone, a run alone tells.
    expect(done.outcomes.map(({ undoable: _, ...outcome }) => outcome)).toEqual(foretold.outcomes);
    const each = (fleet: Fleet, name: string) =>
      fleet.ofType('step.finished').flatMap((e) => (e.host === name ? [[e.step, e.status, e.tolerated]] : []));
    for (const name of ['h1', 'h2']) expect(each(ran, name)).toEqual(each(checked, name));
  });
  await fc.assert(property, { numRuns: 150 });
});
