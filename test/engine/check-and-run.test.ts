import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { Step } from '../../src/core/playbook.ts';
import { onScript } from './fake-host.ts';
import { Fleet } from './fake-run.ts';
import { burn, play, put, restart, step } from './fake-steps.ts';

const key = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('', '1', '2');
const files = fc.dictionary(key, fc.constantFrom('1', '2'));
const anyStep = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.tuple(key, value).map(([k, v]) => put(k, v, { notify: ['restart'] })),
  key.map((k) => step(burn, { key: k }, { notify: ['restart'] })),
  fc.constant(step(restart, { unit: 'other' })),
);
const steps = fc.array(anyStep, { maxLength: 6 });
/** No file twice: the fake restart can't foresee that two changes cancel each other out. */
const stepsOnce = fc.uniqueArray(anyStep, {
  maxLength: 6,
  selector: fileOf,
  comparator: (a, b) => a !== '' && a === b,
});
const handlers = [step(restart, { unit: 'docker' }, { name: 'restart' })];

const fleetWith = (content: Record<string, string>) => {
  const fleet = new Fleet('h');
  for (const [k, v] of Object.entries(content)) fleet.host('h').files.set(k, v);
  // What is on the host at first is loaded: units are stale only once something is changed.
  for (const unit of ['docker', 'other'])
    fleet.host('h').loaded.set(unit, JSON.stringify(Object.entries(content).sort()));
  return fleet;
};
const planned = (fleet: Fleet): readonly Change[] => fleet.ofType('step.planned').flatMap(({ changes }) => changes);
const applied = (fleet: Fleet): readonly Change[] => fleet.ofType('change.applying').map(({ change }) => change);

describe('check and run', () => {
  it('what check predicts is what run then does; check itself sends no change', async () => {
    const property = fc.asyncProperty(files, stepsOnce, async (content, list) => {
      const checked = fleetWith(content);
      await checked.run([play(list, { handlers })], { mode: 'check' });
      expect(checked.host('h').requests.filter((text) => /: (set|activate) /.test(text))).toEqual([]);
      const ran = fleetWith(content);
      await ran.run([play(list, { handlers })]);
      expect(applied(ran)).toEqual(planned(checked));
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('a rollback right after any run leaves the host as it was, but for what is named irreversible', async () => {
    const fate = fc.constantFrom('done', 'refused', 'lost-before', 'lost-after');
    const property = fc.asyncProperty(files, steps, fc.nat(5), fate, async (content, list, nth, how) => {
      const reversible = list.filter(({ type }) => type.name !== 'burn');
      const fleet = fleetWith(content);
      misbehave(fleet, nth, how);
      await fleet.run([play(reversible, { handlers, onFailure: 'continue' })]);
      fleet.host('h').weather = (_, act) => act();
      const recap = await fleet.rollback(fleet.record());
      expect(recap.outcomes.flatMap(({ rollback }) => rollback?.failed ?? [])).toEqual([]);
      expect(Object.fromEntries(fleet.host('h').files)).toEqual({ ...content });
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

function fileOf({ name, type }: Step): string {
  return type.name === 'restart' ? '' : (name.split(' ')[1] ?? '');
}

function misbehave(fleet: Fleet, nth: number, how: 'done' | 'refused' | 'lost-before' | 'lost-after'): void {
  let sets = 0;
  fleet.host('h').weather = onScript('set', (_, act) => {
    if (sets++ !== nth || how === 'done') return act();
    if (how === 'refused') return { code: 1, stdout: '', stderr: '', truncated: false };
    if (how === 'lost-after') act();
    throw new Error('the wire was cut');
  });
}
