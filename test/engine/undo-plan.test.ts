import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangeRecord, ChangeState } from '../../src/core/run-record.ts';
import { planUndo, restoredBefore } from '../../src/engine/undo-plan.ts';
import { typeOf } from './fake-steps.ts';

/** `file a`, `reload`, `restart docker`, …: a step type and a resource; in the order in which they were applied. */
function records(...names: readonly (string | readonly [string, ChangeState])[]): readonly ChangeRecord[] {
  return names.map((named, seq) => {
    const [name, state] = typeof named === 'string' ? ([named, 'applied'] as const) : named;
    const stepType = name.split(' ')[0] ?? '';
    const risk = stepType === 'restart' ? 'daemon-restart' : 'none';
    const change = { resource: name, summary: name, before: null, after: null, risk } as const;
    const undone = state === 'undone' ? { undoneAs: seq + 1 } : {};
    return { host: 'h', seq, step: name, stepType, change, state, ...undone };
  });
}

const planOf = (changes: readonly ChangeRecord[]) => {
  const { restore, repeats } = planUndo(changes, typeOf);
  return {
    restore: restore.map(({ change }) => change.resource),
    repeats: repeats.map(({ record, covers }) => [record.seq, ...covers.map(({ seq }) => seq)]),
  };
};

describe('planUndo', () => {
  it.each([
    ['nothing', records(), { restore: [], repeats: [] }],
    ['newest first', records('file a', 'file b', 'burn c'), { restore: ['burn c', 'file b', 'file a'], repeats: [] }],
    [
      'activations after all restores, in their own order',
      records('file a', 'reload', 'restart docker', 'file b'),
      { restore: ['file b', 'file a'], repeats: [[1], [2]] },
    ],
    [
      'a restart once, at its last place; a reload not twice in a row',
      records('file a', 'reload', 'restart docker', 'file b', 'reload', 'restart docker'),
      {
        restore: ['file b', 'file a'],
        repeats: [
          [4, 1],
          [5, 2],
        ],
      },
    ],
    [
      'a restart that came too early has its place after the reload',
      records('restart docker', 'file a', 'reload', 'restart docker'),
      { restore: ['file a'], repeats: [[2], [3, 0]] },
    ],
    [
      'a later reload does not take the place of the one that the restart needs',
      records('file a', 'reload', 'restart docker', 'file b', 'reload'),
      { restore: ['file b', 'file a'], repeats: [[1], [2], [4]] },
    ],
    ['each unit for itself', records('restart a', 'restart b'), { restore: [], repeats: [[0], [1]] }],
    [
      'only what is left: in doubt and failed undos too, but nothing drifted, undone or named irreversible',
      records(
        ...[['file applying', 'applying'] as const, ['file in-doubt', 'in-doubt'] as const],
        ...[['file undoing', 'undoing'] as const, ['file undo-failed', 'undo-failed'] as const],
        ...[
          ['file drifted', 'drifted'] as const,
          ['file undone', 'undone'] as const,
          ['burn x', 'irreversible'] as const,
        ],
      ),
      { restore: ['file undo-failed', 'file undoing', 'file in-doubt', 'file applying'], repeats: [] },
    ],
  ])('%s', (_, changes, expected) => {
    expect(planOf(changes)).toEqual(expected);
  });

  it('gives every change that is left exactly one turn, restarts of a unit one', () => {
    const name = fc.constantFrom('file a', 'file b', 'reload', 'restart docker', 'restart other', 'burn c');
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const { restore, repeats } = planUndo(records(...names), typeOf);
        const turns = [...restore, ...repeats.flatMap(({ record, covers }) => [record, ...covers])];
        expect(turns.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(names.map((_, seq) => seq));
        const restarts = repeats.filter(({ record }) => record.stepType === 'restart');
        expect(new Set(restarts.map(({ record }) => record.change.resource)).size).toBe(restarts.length);
        // Whatever was activated after a reload is activated after one again.
        for (const [at, { record }] of repeats.entries()) {
          const reloaded = (list: readonly string[]) => list.includes('reload');
          if (!reloaded(names.slice(0, record.seq))) continue;
          expect(reloaded(repeats.slice(0, at + 1).map((repeat) => repeat.record.change.resource))).toBe(true);
        }
      }),
    );
  });
});

describe('restoredBefore', () => {
  it.each([
    ['no reversible change before it', records('burn x', 'restart docker', 'file a'), 1, 'nothing-to'],
    ['one that never happened', records(['file a', 'drifted'], 'restart docker'), 1, 'nothing-to'],
    [
      'one that this change of it can not be reversed',
      records(['file a', 'irreversible'], 'restart docker'),
      1,
      'nothing-to',
    ],
    ['one that is back', records(['file a', 'undone'], 'restart docker'), 1, 'restored'],
    ['one of two', records(['file a', 'undo-failed'], ['file b', 'undone'], 'restart docker'), 2, 'restored'],
    ['one that is back since long', records(['file a', 'undone'], ['restart docker', 'undone']), 1, 'nothing-to'],
    ['none of them', records(['file a', 'undo-failed'], 'restart docker'), 1, 'failed'],
  ] as const)('%s', (_, changes, seq, expected) => {
    const record = changes[seq];
    if (record === undefined) throw new Error('no such record');
    expect(restoredBefore(record, changes, typeOf)).toBe(expected);
  });
});
