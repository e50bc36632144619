import type { Change } from '../core/change.ts';
import { failureOf } from './failure.ts';
import type { StepOutcome } from './step-outcome.ts';
import type { StepRunner, StepWork, Way } from './step-run.ts';

/** Check mode: true where an expression reads what only a run will know. */
export const readsUnknown = ({ state, unknownInputs }: Unknowns, names: readonly string[]): boolean =>
  names.some((name) => state.unknown.has(name) || unknownInputs.includes(name));

type Unknowns = Pick<StepWork, 'state' | 'unknownInputs'>;

/** What may come about, or may not. */
export const perhaps = (changes: readonly Change[]): readonly Change[] =>
  changes.map((change) => ({ ...change, may: true }));

/** The way of a step that depends on what only a run will know: where it fails now, it need not then. */
export const perhapsFailing =
  (way: Way): Way =>
  async (runner, work) => {
    try {
      const outcome = await way(runner, work);
      if (outcome.status !== 'failed' || outcome.failure.status !== 'failed') return outcome;
      return await tellPerhaps(runner, work, outcome.failure.reason.message);
    } catch (error) {
      const { status, reason } = failureOf(error);
      if (status !== 'failed') throw error;
      return tellPerhaps(runner, work, reason.message);
    }
  };

async function tellPerhaps({ stream }: StepRunner, { state, step }: StepWork, why: string): Promise<StepOutcome> {
  const notes = [`may fail: ${why}`];
  await stream.tell({ type: 'step.planned', host: state.name, step: step.name, changes: [], notes });
  return { status: 'ok', register: { changed: false } };
}
