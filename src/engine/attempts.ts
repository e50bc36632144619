import type { Scope } from '../core/expression.ts';
import type { Retry } from '../core/playbook.ts';
import { SessionError } from '../core/session.ts';
import { StepError } from '../core/step-type.ts';
import { failureOf } from './failure.ts';
import { soak } from './pause.ts';
import { type Passed, pass } from './step-pass.ts';
import type { StepRunner, StepWork } from './step-run.ts';

/** One attempt, or as many as the step's retry allows until it is as wished. Each one looks anew. @throws what ended the last */
export async function attempts(runner: StepRunner, work: StepWork, scope: Scope): Promise<Passed> {
  const { retry } = work.step;
  if (retry === undefined) return pass(runner, work, scope);
  if (runner.looksOnce) return lookOnce(runner, work, scope, retry);
  let changed = false;
  for (let left = retry.retries; ; left--) {
    const tried = await attempt(runner, work, scope, retry);
    changed ||= 'passed' in tried && tried.passed.register.changed === true;
    if ('passed' in tried && tried.asWished) return changed ? changedBy(tried.passed) : tried.passed;
    if (left <= 0) throw 'error' in tried ? tried.error : notMet(retry);
    await pause(runner, work, retry.delay);
  }
}

const changedBy = ({ register }: Passed): Passed => ({ status: 'changed', register: { ...register, changed: true } });

const notMet = ({ until, retries }: Retry): StepError =>
  new StepError(`until: '${until?.source}' is still false after ${retries + 1} attempts`, {
    todo: 'see what the step finds on the host; retries and delay say how long it waits',
  });

type Tried = { readonly passed: Passed; readonly asWished: boolean } | { readonly error: unknown };

async function attempt(runner: StepRunner, work: StepWork, scope: Scope, retry: Retry): Promise<Tried> {
  try {
    const passed = await pass(runner, work, scope);
    return { passed, asWished: isMet(retry, work, scope, passed) };
  } catch (error) {
    // Nothing gets better by trying again where the host is gone, or nothing can be recorded.
    if (failureOf(error).status !== 'failed' || runner.stream.journalFailure !== undefined) throw error;
    return { error };
  }
}

function isMet({ until }: Retry, { step }: StepWork, scope: Scope, { register }: Passed): boolean {
  if (until === undefined) return true;
  return until.evaluate(step.register === undefined ? scope : { ...scope, [step.register]: register });
}

/** What a run would wait for can't be known; what is so now is told. */
async function lookOnce(runner: StepRunner, work: StepWork, scope: Scope, retry: Retry): Promise<Passed> {
  const tried = await attempt(runner, work, scope, retry);
  if ('passed' in tried && tried.asWished) return tried.passed;
  const { state, step } = work;
  const now = 'passed' in tried ? `'${retry.until?.source}' is not so now` : failureOf(tried.error).reason.message;
  const notes = [`${now}; a run tries up to ${retry.retries + 1} times`];
  await runner.stream.tell({ type: 'step.planned', host: state.name, step: step.name, changes: [], notes });
  if (step.register !== undefined) state.unknown.add(step.register);
  return 'passed' in tried ? tried.passed : { status: 'ok', register: { changed: false } };
}

/** @throws SessionError where the run is stopped meanwhile */
async function pause(runner: StepRunner, { step }: StepWork, seconds: number): Promise<void> {
  await soak(seconds, runner);
  if (runner.stop.level > 0)
    throw new SessionError('cancelled', `${runner.stop.reason} between two attempts of "${step.name}"`);
}
