import type { Change } from '../core/change.ts';
import type { Clock } from '../core/clock.ts';
import type { NewEvent } from '../core/event.ts';
import type { Scope } from '../core/expression.ts';
import type { Step } from '../core/playbook.ts';
import type { EventStream } from './event-stream.ts';
import { failureOf } from './failure.ts';
import type { HostState } from './host-state.ts';
import type { RunOnce } from './run-once.ts';
import type { StepOutcome, Tolerance } from './step-outcome.ts';
import type { StopControl } from './stop-control.ts';

/** One step on one host. */
export interface StepWork {
  readonly state: HostState;
  readonly step: Step;
  /** Its place in the play, from 0; handlers count on after the steps. */
  readonly index: number;
  readonly handler: boolean;
  /** The host's variables as the play sees them. */
  readonly vars: Scope;
  /** Of the includes that it stands in. */
  readonly inputs: Scope;
  /** Check mode: those inputs of which only a run will know the value. */
  readonly unknownInputs: readonly string[];
  /** Check mode: whether it comes to what it does now only a run will know. */
  readonly unsure: boolean;
  readonly tolerance: Tolerance | undefined;
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
  readonly stop: StopControl;
  readonly carryOut: CarryOut;
  /** Check mode: nothing comes about by waiting for it. */
  readonly looksOnce: boolean;
  /** Who does the batch's steps that run once. */
  readonly once: RunOnce;
  /** Asks people before a step. */
  readonly allows: (host: string, step: Step) => Promise<boolean>;
}

/** How a step gets from its beginning to its outcome. @throws what makes it fail */
export type Way = (runner: StepRunner, work: StepWork) => Promise<StepOutcome>;

/** Takes one host through one step and tells of it. Never rejects: whatever goes wrong is this host's outcome. */
export async function runStep(runner: StepRunner, work: StepWork, way: Way): Promise<StepOutcome> {
  const { state, step, index, handler } = work;
  const began = { ticks: runner.clock.ticks(), changes: state.changeCount };
  const of = { host: state.name, step: step.name, stepType: step.type.name };
  await runner.stream.tell({ type: 'step.started', ...of, index, handler });
  const gone = await way(runner, work).catch((error): StepOutcome => ({ status: 'failed', failure: failureOf(error) }));
  const durationMs = Math.round(runner.clock.ticks() - began.ticks);
  const changes = state.changeCount - began.changes;
  const outcome = gone.status === 'failed' ? tolerated(runner, work, gone, changes > 0) : gone;
  const kept = step.register !== undefined && outcome.register ? { register: outcome.register } : {};
  await runner.stream.tell(endOfStep(outcome, { type: 'step.finished', ...of, changes, ...kept, durationMs }));
  return outcome;
}

/** Nothing makes up for a host that is gone, a run that was stopped or a journal that takes no more. */
function tolerated(
  { stream }: StepRunner,
  { tolerance, step }: StepWork,
  outcome: Extract<StepOutcome, { status: 'failed' }>,
  changed: boolean,
): StepOutcome {
  if (outcome.failure.status !== 'failed' || stream.journalFailure !== undefined) return outcome;
  if (!step.ignoreErrors) return { ...outcome, tolerated: tolerance };
  return { ...outcome, tolerated: tolerance, register: outcome.register ?? { changed, failed: true } };
}

type FinishedStep = Omit<Extract<NewEvent, { type: 'step.finished' }>, 'status' | 'reason' | 'tolerated'>;

function endOfStep(outcome: StepOutcome, finished: FinishedStep): NewEvent {
  if (outcome.status === 'skipped' && outcome.why !== undefined)
    return { ...finished, status: 'skipped', reason: { message: outcome.why } };
  if (outcome.status !== 'failed') return { ...finished, status: outcome.status };
  const { status, reason } = outcome.failure;
  if (status === 'unreachable' || status === 'locked') return { type: `host.${status}`, host: finished.host, reason };
  if (status === 'flapping') return { ...finished, status: 'skipped', reason };
  const { tolerated } = outcome;
  return { ...finished, status: 'failed', reason, ...(tolerated === undefined ? {} : { tolerated }) };
}
