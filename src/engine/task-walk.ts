import type { Scope } from '../core/expression.ts';
import type { PastPoint } from '../core/past.ts';
import { type Block, type Play, type Step, stepsOf, type Task } from '../core/playbook.ts';
import { type Failure, failureOf } from './failure.ts';
import type { HostState } from './host-state.ts';
import { resumed, takeOver } from './resumed-step.ts';
import type { Tolerance } from './step-outcome.ts';
import { runStep, type StepRunner, type Way } from './step-run.ts';
import { wholeWay } from './step-way.ts';
import { indexOf } from './task-index.ts';
import { perhapsFailing, readsUnknown } from './uncertain.ts';

/** One host's way through a play, as it stands in front of some entry. */
export interface Walk {
  readonly runner: StepRunner;
  readonly state: HostState;
  readonly play: Play;
  /** Handlers that are notified and have not run; false: only a run will know whether they are. */
  readonly waiting: Map<string, boolean>;
  /** The host's variables as the play sees them. */
  readonly vars: Scope;
  /** Of the includes it stands in. */
  readonly inputs: Scope;
  /** Check mode: those of them of which only a run will know the value. */
  readonly unknownInputs: readonly string[];
  /** Check mode: whether a run comes here at all only it will know. */
  readonly unsure: boolean;
  /** It stands in a block that has a rescue. */
  readonly rescued: boolean;
}

/** Entries in order. @returns what ended the host before their end. */
export async function runTasks(walk: Walk, tasks: readonly Task[]): Promise<Failure | undefined> {
  for (const task of tasks) {
    const failure = await (task.kind === 'step' ? takeStep(walk, task) : runBlock(walk, task));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function runBlock(walk: Walk, block: Block): Promise<Failure | undefined> {
  const inputs = enter(walk, block);
  if (inputs === 'skipped') return passOver(walk, block);
  if ('error' in inputs) return refuse(walk, block, inputs.error);
  const inside = { ...walk, ...inputs };
  const hasRescue = block.rescue.length > 0;
  const failed = await runTasks({ ...inside, rescued: walk.rescued || hasRescue }, block.steps);
  const left = failed && hasRescue && goesOn(walk, failed) ? await runTasks(inside, block.rescue) : failed;
  if (left !== undefined && !goesOn(walk, left)) return left;
  const last = await runTasks(inside, block.always);
  // The host's reason is the first one; what failed in the end itself is told by its step.
  return last && !goesOn(walk, last) ? last : (left ?? last);
}

/** A host that failed can still be worked on; not one that is gone or was stopped, and none once nothing can be recorded. */
const goesOn = ({ runner }: Walk, { status }: Failure): boolean =>
  status === 'failed' && runner.stream.journalFailure === undefined;

/** Asks a block's condition and takes its inputs, once. */
function enter(walk: Walk, block: Block): 'skipped' | Entered | { readonly error: unknown } {
  const { state, vars, inputs, unknownInputs } = walk;
  const isUnknown = readsUnknown(walk, block.reads);
  try {
    const scope = { ...vars, ...state.registers, ...inputs };
    const mayApply = block.when !== undefined && readsUnknown(walk, block.when.reads);
    if (block.when !== undefined && !mayApply && !block.when.evaluate(scope)) return 'skipped';
    const given = block.inputs?.(scope) ?? {};
    return {
      inputs: { ...inputs, ...given },
      unknownInputs: isUnknown ? [...unknownInputs, ...Object.keys(given)] : unknownInputs,
      unsure: walk.unsure || isUnknown,
    };
  } catch (error) {
    return { error };
  }
}

type Entered = Pick<Walk, 'inputs' | 'unknownInputs' | 'unsure'>;

/** Each of its steps is told as skipped; a rescue is only ever told where it is needed. */
async function passOver(walk: Walk, { steps, always }: Block): Promise<Failure | undefined> {
  for (const task of [...steps, ...always]) {
    const failure = await (task.kind === 'step' ? takeStep(walk, task, skip) : passOver(walk, task));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

const skip: Way = async () => ({ status: 'skipped' });

/** What is wrong with the block's own expressions is told by its first step. */
async function refuse(walk: Walk, block: Block, error: unknown): Promise<Failure | undefined> {
  const [first] = stepsOf([block]);
  if (first === undefined) return failureOf(error);
  const unsure = walk.unsure || readsUnknown(walk, block.reads);
  return takeStep({ ...walk, unsure }, first, () => Promise.reject(error), walk.rescued ? 'rescued' : undefined);
}

/** One step, and what it leaves behind for the next ones. @returns what ended the host. */
export async function takeStep(
  walk: Walk,
  step: Step,
  way: Way = wholeWay,
  tolerance: Tolerance | undefined = toleranceOf(walk, step),
): Promise<Failure | undefined> {
  const { runner, state, play, vars, inputs, unknownInputs } = walk;
  if (runner.stop.level > 0) return stoppedBefore(step, walk);
  const places = indexOf(play);
  const index = places.of(step);
  const unsure = walk.unsure || readsUnknown(walk, step.reads);
  const of = { state, step, index, handler: index >= places.steps };
  const work = { ...of, vars, inputs, unknownInputs, unsure, tolerance };
  if (step.register !== undefined) state.unknown.delete(step.register);
  const foretold = state.pending.length;
  const point = state.memory?.begunBy(play, index, step);
  const past = await takeOver(runner, work, play);
  const outcome = past ?? (await runStep(runner, work, wayOf(way, point, unsure)));
  if (unsure && step.register !== undefined) state.unknown.add(step.register);
  if (step.register !== undefined && outcome.register) state.register(step.register, outcome.register);
  if (outcome.status === 'changed') notify(walk, step, foretold);
  return outcome.status === 'failed' && outcome.tolerated !== 'ignored' ? outcome.failure : undefined;
}

/** `foretold`: how many changes were pending before the step; one that is certain makes its handlers certain. */
function notify({ runner, state, waiting }: Walk, step: Step, foretold: number): void {
  const sure = !runner.looksOnce || state.pending.slice(foretold).some(({ may }) => !may);
  for (const name of step.notify) waiting.set(name, sure || waiting.get(name) === true);
}

function wayOf(way: Way, point: PastPoint | undefined, unsure: boolean): Way {
  const own = point ? resumed(way, point) : way;
  return unsure ? perhapsFailing(own) : own;
}

const toleranceOf = (walk: Walk, step: Step): Tolerance | undefined =>
  step.ignoreErrors ? 'ignored' : walk.rescued ? 'rescued' : undefined;

function stoppedBefore(step: Step, { runner, waiting }: Walk): Failure {
  const message = `${runner.stop.reason} before "${step.name}"`;
  const open = waiting.size === 0 ? '' : `; notified and not run: ${[...waiting.keys()].join(', ')}`;
  return { status: 'interrupted', reason: { message: `${message}${open}` } };
}
