import type { Change } from '../core/change.ts';
import { StepError } from '../core/step-type.ts';
import { ChangeFailed, failureOf, hasDrifted, inDoubt } from './failure.ts';
import type { CarryOut, PlannedStep, StepWork } from './step-run.ts';

/** Check mode: nothing is done; what a run would change is kept for the steps that follow. */
export const predict: CarryOut = async ({ state }, { changes }) => {
  state.pending = [...state.pending, ...changes];
};

/** Run mode: each change in order, then a second look that must find nothing left to do. */
export const applyAndVerify: CarryOut = async (work, planned) => {
  for (const change of planned.changes) await apply(work, change);
  await verify(work, planned);
};

async function apply(work: StepWork, change: Change): Promise<void> {
  const { state, step } = work;
  const session = (await state.link.connection()).readWrite({ deadline: step.deadline });
  const ref = { host: state.name, seq: state.log.records.length };
  const of = { step: step.name, stepType: step.type.name, deadline: step.deadline };
  await state.log.commit({ type: 'change.applying', ...ref, ...of, change });
  try {
    await step.type.apply(session, change);
  } catch (error) {
    throw await unfinished(work, ref, change, error);
  }
  await state.log.tell({ type: 'change.applied', ...ref });
}

/** Tells what became of a change whose apply threw. @returns the error that ends the step. */
async function unfinished(
  { state }: StepWork,
  ref: { host: string; seq: number },
  change: Change,
  error: unknown,
): Promise<ChangeFailed> {
  const drifted = hasDrifted(error);
  const reason = failureOf(error).reason.message;
  await state.log.tell({ type: drifted ? 'change.drifted' : 'change.in-doubt', ...ref, reason });
  return new ChangeFailed(drifted ? failureOf(error) : inDoubt(change, error), error);
}

async function verify({ state, step }: StepWork, { args, changes }: PlannedStep): Promise<void> {
  const connection = await state.link.connection();
  const facts: unknown = await step.type.probe(connection.readOnly({ deadline: step.deadline }), args);
  const left = step.type.plan(args, facts, { pending: [], done: changes });
  if (left.refusal !== undefined) throw new StepError(`verify: ${left.refusal.reason}`, { todo: left.refusal.todo });
  if (left.changes.length === 0) return;
  const summaries = left.changes.map((change) => change.summary).join('; ');
  throw new StepError(`verify: still to do: ${summaries}`);
}
