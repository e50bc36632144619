import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftToUndo } from '../../src/core/run-record.ts';
import { foldJournal } from '../../src/journal/fold-journal.ts';
import { anyRun, applying, at, finished, RUN, started } from './sample-events.ts';

const ref = { host: 'a', seq: 0 };
const stateAfter = (...events: Parameters<typeof at>[0][]) =>
  foldJournal([started(), applying('a', 0), ...events.map(at)])?.hosts[0]?.changes[0];

describe('foldJournal', () => {
  it('of nothing is no run', () => {
    expect(foldJournal([])).toBeUndefined();
  });

  it.each([
    ['applying', []],
    ['applied', [{ type: 'change.applied', ...ref }]],
    ['in-doubt', [{ type: 'change.in-doubt', ...ref, reason: 'lost' }]],
    ['drifted', [{ type: 'change.drifted', ...ref, reason: 'gone' }]],
    [
      'undoing',
      [
        { type: 'change.applied', ...ref },
        { type: 'change.undoing', ...ref },
      ],
    ],
    [
      'undone',
      [
        { type: 'change.undoing', ...ref },
        { type: 'change.undone', ...ref },
      ],
    ],
    [
      'undo-failed',
      [
        { type: 'change.undoing', ...ref },
        { type: 'change.undo-failed', ...ref, reason: 'kept' },
      ],
    ],
    [
      'irreversible',
      [
        { type: 'change.applied', ...ref },
        { type: 'change.irreversible', ...ref, reason: 'burnt' },
      ],
    ],
  ] as const)('a change is %s', (state, events) => {
    expect(stateAfter(...events)?.state).toBe(state);
  });

  it('keeps the last reason only as long as it holds', () => {
    const failed = { type: 'change.undo-failed', ...ref, reason: 'unreachable' } as const;
    expect(stateAfter(failed)?.reason).toBe('unreachable');
    expect(stateAfter(failed, { type: 'change.undone', ...ref })).not.toHaveProperty('reason');
  });

  it('keeps the change as it was sent, with its step and deadline', () => {
    expect(stateAfter()).toMatchObject({ change: { summary: 'a-0' }, step: 's', stepType: 'file', deadline: 30 });
  });

  it.each([
    ['finished', [finished()]],
    ['interrupted', [finished(true)]],
    ['interrupted', []],
  ] as const)('a run is %s', (state, events) => {
    expect(foldJournal([started(), ...events])?.state).toBe(state);
  });

  it('a rollback adds to the run that it takes back, and ends only itself', () => {
    const run = 'later';
    const rollback = [
      started({ run, mode: 'rollback', of: RUN }),
      at({ type: 'host.unreachable', host: 'a', reason: { message: 'gone' } }),
      at({ type: 'change.undoing', ...ref }),
      at({ type: 'change.undone', ...ref }),
      at({ type: 'run.finished', run, recap: { outcomes: [], interrupted: false } }),
    ];
    const step = at({ type: 'step.started', host: 'a', step: 's', stepType: 'file', index: 0, handler: false });
    const record = foldJournal([started(), step, applying('a', 0), ...rollback]);
    expect(record).toMatchObject({
      ...{ state: 'interrupted', rollbacks: ['later'] },
      hosts: [{ steps: [{ status: 'running' }], changes: [{ state: 'undone' }] }],
    });
    expect(record).not.toHaveProperty('recap');
  });

  it('of any prefix is a run that stopped there: it grows event by event and never forgets a change', () => {
    fc.assert(
      fc.property(anyRun, (events) => {
        let changes = 0;
        for (let length = 1; length <= events.length; length++) {
          const prefix = events.slice(0, length);
          const record = foldJournal(prefix);
          const records = record?.hosts.flatMap((host) => host.changes) ?? [];
          const sent = prefix.filter(({ type }) => type === 'change.applying').length;
          expect(records).toHaveLength(sent);
          expect(sent).toBeGreaterThanOrEqual(changes);
          changes = sent;
          expect(record?.state).toBe(length === events.length ? 'finished' : 'interrupted');
          const settled = prefix.filter(({ type }) => type === 'change.undone' || type === 'change.drifted').length;
          expect(records.filter(leftToUndo)).toHaveLength(sent - settled);
        }
      }),
    );
  });
});
