import type { Scope } from '../core/expression.ts';
import { type Planned, StepError } from '../core/step-type.ts';
import type { EventStream } from './event-stream.ts';
import type { StepOutcome } from './step-outcome.ts';
import type { StepRunner, StepWork } from './step-run.ts';
import { perhaps } from './uncertain.ts';

export type Passed = Extract<StepOutcome, { readonly status: 'ok' | 'changed' }>;

/** Once from the look to what the mode makes of the plan. @throws what makes the step fail */
export async function pass(runner: StepRunner, work: StepWork, scope: Scope): Promise<Passed> {
  const { step } = work;
  const args = step.args(scope);
  const planned = await lookAndPlan(work, args);
  await announce(runner.stream, work, planned);
  if (planned.refusal !== undefined) throw new StepError(planned.refusal.reason, { todo: planned.refusal.todo });
  const made = planned.changes.length > 0 ? await runner.carryOut(work, { args, changes: planned.changes }) : 0;
  const changed = made > 0;
  // Whether it fails, only the run will know; what reads that goes on either way.
  if (runner.looksOnce && changed && step.ignoreErrors && step.register !== undefined)
    work.state.unknown.add(step.register);
  const failed = step.ignoreErrors ? { failed: false } : {};
  return { status: changed ? 'changed' : 'ok', register: { ...planned.output, ...failed, changed } };
}

async function lookAndPlan({ state, step, unsure }: StepWork, args: unknown): Promise<Planned> {
  const connection = await state.linkOf(step).connection();
  const facts: unknown = await step.type.probe(connection.readOnly({ deadline: step.deadline }), args);
  const planned: Planned = step.type.plan(args, facts, { pending: state.pending, done: [] });
  return unsure ? { ...planned, changes: perhaps(planned.changes) } : planned;
}

async function announce(stream: EventStream, { state, step }: StepWork, planned: Planned): Promise<void> {
  const changes = planned.refusal === undefined ? planned.changes : [];
  const { notes = [], findings, tells, unseen } = planned;
  // A look that finds nothing tells so: what an earlier one found is gone.
  if (changes.length + notes.length === 0 && findings === undefined && unseen === undefined) return;
  const told = {
    changes,
    notes,
    ...(findings ? { findings } : {}),
    ...(tells ? { tells } : {}),
    ...(unseen ? { unseen } : {}),
  };
  await stream.tell({ type: 'step.planned', host: state.name, step: step.name, ...told });
}
