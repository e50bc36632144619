import type { Change } from '../core/change.ts';
import type { Clock } from '../core/clock.ts';
import type { Step } from '../core/playbook.ts';
import { StepError } from '../core/step-type.ts';
import { confirmWithin } from './arming.ts';
import { ChangeFailed, failureOf, hasDrifted, inDoubt, isUnchanged, wasLeft } from './failure.ts';
import { applyChange } from './reconnect.ts';
import type { CarryOut, StepWork } from './step-run.ts';
import type { StepTypeOf } from './undo-plan.ts';

/** Check mode: nothing is done; what a run would change is kept for the steps that follow. */
export const predict: CarryOut = async ({ state }, { changes }) => {
  state.pending = [...state.pending, ...changes];
  return changes.length;
};

/** Run mode: each change in order, then a second look that must find nothing to do but what the host refused. */
export const applyAndVerify =
  (clock: Clock, typeOf: StepTypeOf): CarryOut =>
  async (work, { args, changes }) => {
    const made: Change[] = [];
    for (const change of changes) if (await apply(work, change, clock, typeOf)) made.push(change);
    const left = changes.filter((change) => !made.includes(change));
    await verify(work, args, made, left);
    return made.length;
  };

/** @returns whether it was made; false: the host refused just this one. */
async function apply(work: StepWork, change: Change, clock: Clock, typeOf: StepTypeOf): Promise<boolean> {
  const { state, step } = work;
  const { log } = state;
  const link = state.linkOf(step);
  const plain = (await link.connection()).readWrite({ deadline: step.deadline });
  const ref = { host: state.name, seq: log.records.length };
  const of = { step: step.name, stepType: step.type.name, deadline: step.deadline, ...becoming(step) };
  const within = confirmWithin(log, change, step.type.undo, typeOf);
  const event = await log.commit({ type: 'change.applying', ...ref, ...of, change } as const);
  log.armed = within;
  const intent = { event, undo: step.type.undo, deadline: step.deadline, confirmWithin: within };
  const session = log.host?.changing(plain, intent) ?? plain;
  try {
    await applyChange(step, session, change, link, clock);
  } catch (error) {
    const failed = await unfinished(work, ref, change, error);
    if (wasLeft(error)) return false;
    throw failed;
  }
  await log.tell({ type: 'change.applied', ...ref });
  return true;
}

const becoming = ({ become }: Step) => (become === undefined ? {} : { become });

/** Tells what became of a change whose apply threw. @returns the error that ends the step. */
async function unfinished(
  { state }: StepWork,
  ref: { host: string; seq: number },
  change: Change,
  error: unknown,
): Promise<ChangeFailed> {
  const drifted = hasDrifted(error);
  const reason = failureOf(error).reason.message;
  const type = drifted ? 'change.drifted' : wasLeft(error) || isUnchanged(error) ? 'change.left' : 'change.in-doubt';
  await state.log.tell({ type, ...ref, reason });
  return new ChangeFailed(drifted ? failureOf(error) : inDoubt(change, error), error);
}

async function verify(
  { state, step }: StepWork,
  args: unknown,
  done: readonly Change[],
  refused: readonly Change[],
): Promise<void> {
  const connection = await state.linkOf(step).connection();
  const facts: unknown = await step.type.probe(connection.readOnly({ deadline: step.deadline }), args);
  const left = step.type.plan(args, facts, { pending: [], done });
  if (left.refusal !== undefined) throw new StepError(`verify: ${left.refusal.reason}`, { todo: left.refusal.todo });
  const open = left.changes.filter(({ resource }) => !refused.some((change) => change.resource === resource));
  if (open.length === 0) return;
  throw new StepError(`verify: still to do: ${open.map((change) => change.summary).join('; ')}`);
}
