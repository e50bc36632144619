import type { Scope } from '../core/expression.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Loop } from '../core/playbook.ts';
import { SessionError } from '../core/session.ts';
import { attempts } from './attempts.ts';
import { type Failure, failureOf } from './failure.ts';
import { applies } from './step-condition.ts';
import type { StepOutcome } from './step-outcome.ts';
import type { StepRunner, StepWork } from './step-run.ts';

/** What became of one item, as a loop's register tells it. */
interface ItemResult {
  readonly register: JsonObject;
  readonly failure?: Failure;
}

/**
 * A step once for each item, in order; its register holds `results`. The first failure ends it, but for a step that
 * ignores errors. @throws StepError where the loop goes over no list
 */
export async function eachItem(runner: StepRunner, work: StepWork, loop: Loop, scope: Scope): Promise<StepOutcome> {
  const results: ItemResult[] = [];
  for (const item of loop.items(scope)) {
    if (runner.stop.level > 0 && results.length > 0) throw stopped(runner, work, results.length);
    const result = await ofItem(runner, { ...work, step: named(work, item) }, { ...scope, item }, item);
    results.push(result);
    if (result.failure && !ignores(work, result.failure)) break;
  }
  return outcomeOf(work, results);
}

const ignores = ({ step }: StepWork, { status }: Failure): boolean => step.ignoreErrors && status === 'failed';

const named = ({ step }: StepWork, item: Json) => ({ ...step, name: `${step.name} (${itemText(item)})` });

async function ofItem(runner: StepRunner, work: StepWork, scope: Scope, item: Json): Promise<ItemResult> {
  const before = work.state.changeCount;
  const plain = { item, skipped: false, failed: false, changed: false };
  try {
    if (work.step.loop?.asksEach && !applies(work, scope)) return { register: { ...plain, skipped: true } };
    const { register } = await attempts(runner, work, scope);
    return { register: { ...register, ...plain, changed: register.changed ?? false } };
  } catch (error) {
    const failure = ofStep(failureOf(error), itemText(item));
    return { failure, register: { ...plain, failed: true, changed: work.state.changeCount > before } };
  }
}

const ofStep = (failure: Failure, item: string): Failure => ({
  ...failure,
  reason: { ...failure.reason, message: `${item}: ${failure.reason.message}` },
});

function outcomeOf({ step }: StepWork, results: readonly ItemResult[]): StepOutcome {
  const registers = results.map(({ register }) => register);
  const changed = registers.some((register) => register.changed === true);
  const failures = results.flatMap(({ failure }) => failure ?? []);
  const register = { results: registers, changed, ...(step.ignoreErrors ? { failed: failures.length > 0 } : {}) };
  const [first] = failures;
  if (first !== undefined) return { status: 'failed', failure: together(first, failures), register };
  if (registers.every(({ skipped }) => skipped === true)) return { status: 'skipped', why: 'for no item', register };
  return { status: changed ? 'changed' : 'ok', register };
}

/** Where errors are ignored there may be several. */
function together(first: Failure, failures: readonly Failure[]): Failure {
  const worst = failures.find(({ status }) => status !== 'failed') ?? first;
  return { ...worst, reason: { ...worst.reason, message: failures.map(({ reason }) => reason.message).join('; ') } };
}

const stopped = ({ stop }: StepRunner, { step }: StepWork, done: number): SessionError =>
  new SessionError('cancelled', `${stop.reason} after ${done === 1 ? '1 item' : `${done} items`} of "${step.name}"`);

const LONGEST = 60;

/** An item as people see it behind the step's name. */
export function itemText(item: Json): string {
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
