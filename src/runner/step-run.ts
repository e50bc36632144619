import type { Change } from '../core/change.ts';
import type { Clock } from '../core/clock.ts';
import type { NewEvent } from '../core/event.ts';
import type { Scope } from '../core/expression.ts';
import type { JsonObject } from '../core/json.ts';
import type { Step } from '../core/playbook.ts';
import { type Planned, StepError } from '../core/step-type.ts';
import type { EventStream } from './events.ts';
import { type Failure, failureOf } from './failure.ts';
import type { HostState } from './host-state.ts';

/** One step on one host. */
export interface StepWork {
  readonly state: HostState;
  readonly step: Step;
  /** Its place in the play, from 0; handlers count on after the steps. */
  readonly index: number;
  readonly handler: boolean;
  /** The host's variables as the play sees them. */
  readonly vars: Scope;
}

/** What a mode does with the changes that a step has planned. @returns how many it made. @throws what makes the step fail */
export type CarryOut = (work: StepWork, planned: PlannedStep) => Promise<number>;

export interface PlannedStep {
  readonly args: unknown;
  readonly changes: readonly Change[];
}

export interface StepRunner {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly carryOut: CarryOut;
}

export type StepOutcome =
  | { readonly status: 'ok' | 'changed'; readonly register: JsonObject }
  | { readonly status: 'skipped' }
  | { readonly status: 'failed'; readonly failure: Failure };

/** Takes one host through one step and tells of it. Never rejects: whatever goes wrong is this host's outcome. */
export async function runStep(runner: StepRunner, work: StepWork): Promise<StepOutcome> {
  const { state, step, index, handler } = work;
  const began = { ticks: runner.clock.ticks(), changes: state.changeCount };
  const of = { host: state.name, step: step.name, stepType: step.type.name };
  await runner.stream.tell({ type: 'step.started', ...of, index, handler });
  const outcome = await outcomeOf(runner, work);
  const durationMs = Math.round(runner.clock.ticks() - began.ticks);
  const changes = state.changeCount - began.changes;
  await runner.stream.tell(endOfStep(outcome, { type: 'step.finished', ...of, changes, durationMs }));
  return outcome;
}

async function outcomeOf(runner: StepRunner, work: StepWork): Promise<StepOutcome> {
  try {
    return await carryThrough(runner, work);
  } catch (error) {
    return { status: 'failed', failure: failureOf(error) };
  }
}

type FinishedStep = Omit<Extract<NewEvent, { type: 'step.finished' }>, 'status' | 'reason'>;

function endOfStep(outcome: StepOutcome, finished: FinishedStep): NewEvent {
  if (outcome.status !== 'failed') return { ...finished, status: outcome.status };
  const { status, reason } = outcome.failure;
  if (status === 'unreachable') return { type: 'host.unreachable', host: finished.host, reason };
  return { ...finished, status: 'failed', reason };
}

/** The step's whole way on one host: when, arguments, probe, plan, and what the mode makes of the plan. */
async function carryThrough(runner: StepRunner, work: StepWork): Promise<StepOutcome> {
  const { state, step } = work;
  const scope = { ...work.vars, ...state.registers };
  // It sets no register: what it would have found out is unknown.
  if (step.when !== undefined && !step.when.evaluate(scope)) return { status: 'skipped' };
  const args = step.args(scope);
  const planned = await lookAndPlan(work, args);
  await announce(runner.stream, work, planned);
  if (planned.refusal !== undefined) throw new StepError(planned.refusal.reason, { todo: planned.refusal.todo });
  const made = planned.changes.length > 0 ? await runner.carryOut(work, { args, changes: planned.changes }) : 0;
  const changed = made > 0;
  return { status: changed ? 'changed' : 'ok', register: { ...planned.output, changed } };
}

async function lookAndPlan({ state, step }: StepWork, args: unknown): Promise<Planned> {
  const connection = await state.link.connection();
  const facts: unknown = await step.type.probe(connection.readOnly({ deadline: step.deadline }), args);
  return step.type.plan(args, facts, { pending: state.pending, done: [] });
}

async function announce(stream: EventStream, { state, step }: StepWork, planned: Planned): Promise<void> {
  const changes = planned.refusal === undefined ? planned.changes : [];
  const { notes = [], findings, tells } = planned;
  // A look that finds nothing tells so: what an earlier one found is gone.
  if (changes.length + notes.length === 0 && findings === undefined) return;
  const told = { changes, notes, ...(findings ? { findings } : {}), ...(tells ? { tells } : {}) };
  await stream.tell({ type: 'step.planned', host: state.name, step: step.name, ...told });
}
