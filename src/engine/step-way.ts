import { SessionError } from '../core/session.ts';
import { StepError } from '../core/step-type.ts';
import { attempts } from './attempts.ts';
import { eachItem } from './loop.ts';
import { applies, scopeOf } from './step-condition.ts';
import type { StepOutcome } from './step-outcome.ts';
import type { StepRunner, StepWork, Way } from './step-run.ts';

/** How the reason begins why a host skips what another one of its batch does. */
export const RUNS_ONCE = 'runs once';

/** A step's whole way on one host: who does it, whether, for which items. */
export const wholeWay: Way = async (runner, work) => {
  const { step, state } = work;
  if (!step.runOnce) return ownWay(runner, work);
  const done = await runner.once.turn(step, state.name);
  // Whoever was to do it may have been stopped before.
  if (runner.stop.level > 0) throw new SessionError('cancelled', runner.stop.reason);
  const isUnknown = () => work.unsure || state.unknown.has(step.register ?? '');
  if (done === undefined) return runner.once.settle(step, state.name, ownWay(runner, work), isUnknown);
  if (done.unknown && step.register !== undefined) state.unknown.add(step.register);
  const { host, outcome } = done;
  if (outcome.status === 'skipped') return { ...outcome, why: `${RUNS_ONCE}, and was skipped on ${host}` };
  if (outcome.status !== 'failed')
    return { ...outcome, status: 'skipped', why: `${RUNS_ONCE}, which ${host} has done` };
  const { message, todo } = outcome.failure.reason;
  throw new StepError(`it runs once, and failed on ${host}: ${message}`, todo === undefined ? {} : { todo });
};

async function ownWay(runner: StepRunner, work: StepWork): Promise<StepOutcome> {
  const { step, state } = work;
  const scope = scopeOf(work);
  if (!step.loop?.asksEach && !applies(work, scope)) return { status: 'skipped' };
  if (!(await runner.allows(state.name, step))) return { status: 'skipped', why: 'not wanted' };
  return step.loop === undefined ? attempts(runner, work, scope) : eachItem(runner, work, step.loop, scope);
}
