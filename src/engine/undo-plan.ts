import { type ChangeRecord, leftToUndo } from '../core/run-record.ts';
import type { AnyStepType } from '../core/step-type.ts';

export type StepTypeOf = (name: string) => AnyStepType | undefined;

/** An activation that is done again; earlier ones of the same resource need no turn of their own. */
export interface Repeat {
  readonly record: ChangeRecord;
  readonly covers: readonly ChangeRecord[];
}

/** What a host's rollback does: restore, newest first; then activate what was restored, in the original order. */
export interface UndoPlan {
  /** Reversed, or named as irreversible, in this order. */
  readonly restore: readonly ChangeRecord[];
  readonly repeats: readonly Repeat[];
}

/** How many of a host's changes a rollback can take back: of activations those that have something to activate again. Pure. */
export function undoable(changes: readonly ChangeRecord[], typeOf: StepTypeOf): number {
  const left = changes.filter(leftToUndo);
  const canReverse = ({ stepType, change, scrubbed }: ChangeRecord): boolean => {
    const undo = typeOf(stepType)?.undo;
    return undo?.kind === 'reverse' && !scrubbed && undo.irreversible?.(change) === undefined;
  };
  const isUseful = (record: ChangeRecord): boolean =>
    typeOf(record.stepType)?.undo.kind === 'repeat' &&
    (restoredBefore(record, changes, typeOf) === 'restored' ||
      left.some((older) => older.seq < record.seq && canReverse(older)));
  return left.filter((record) => canReverse(record) || isUseful(record)).length;
}

/** Pure. `changes` are one host's, in the order in which they were applied. */
export function planUndo(changes: readonly ChangeRecord[], typeOf: StepTypeOf): UndoPlan {
  const left = changes.filter(leftToUndo);
  const isRepeat = (record: ChangeRecord) => typeOf(record.stepType)?.undo.kind === 'repeat';
  return {
    restore: left.filter((record) => !isRepeat(record)).reverse(),
    repeats: repeatsOf(left.filter(isRepeat)),
  };
}

/**
 * A disruptive activation (a restart) is repeated once, at its last place. A harmless one (daemon-reload) is repeated
 * wherever it stood, because what follows may need it, but not twice in a row.
 */
function repeatsOf(activations: readonly ChangeRecord[]): readonly Repeat[] {
  const disruptiveOnce = activations.filter(
    (record, i) => isHarmless(record) || !resourceIn(activations, i + 1, record),
  );
  const kept = disruptiveOnce.filter((record, i) => disruptiveOnce[i + 1]?.change.resource !== record.change.resource);
  return kept.map((record) => ({ record, covers: coveredBy(record, activations, kept) }));
}

const isHarmless = (record: ChangeRecord): boolean => record.change.risk === 'none';

const resourceIn = (records: readonly ChangeRecord[], from: number, { change }: ChangeRecord): boolean =>
  records.slice(from).some((other) => other.change.resource === change.resource);

/** Activations of the same resource since its repeat before this one. */
function coveredBy(
  record: ChangeRecord,
  activations: readonly ChangeRecord[],
  kept: readonly ChangeRecord[],
): readonly ChangeRecord[] {
  const same = activations.filter(({ change }) => change.resource === record.change.resource);
  const earlier = same.slice(0, same.indexOf(record));
  return earlier.slice(earlier.findLastIndex((other) => kept.includes(other)) + 1);
}

/**
 * What was restored before an activation, and since it was last done again. `nothing-to`: no change that can be reversed stands
 * before it, so doing it again would only disturb. `failed`: there is one, and none of them has come back since.
 */
export function restoredBefore(
  record: ChangeRecord,
  changes: readonly ChangeRecord[],
  typeOf: StepTypeOf,
): 'restored' | 'failed' | 'nothing-to' {
  const older = reversibleBefore(record, changes, typeOf);
  const last = record.undoneAs ?? 0;
  if (older.some(({ state, undoneAs = 0 }) => state === 'undone' && undoneAs > last)) return 'restored';
  return older.some(leftToUndo) ? 'failed' : 'nothing-to';
}

/** Whether an activation that was done again is due once more: something before it is still to be restored. */
export const isDueAgain = (record: ChangeRecord, changes: readonly ChangeRecord[], typeOf: StepTypeOf): boolean =>
  reversibleBefore(record, changes, typeOf).some(leftToUndo);

const reversibleBefore = ({ seq }: ChangeRecord, changes: readonly ChangeRecord[], typeOf: StepTypeOf) =>
  changes.filter((other) => other.seq < seq && typeOf(other.stepType)?.undo.kind === 'reverse');
