import type { Change } from '../core/change.ts';
import type { Ledger } from '../core/limits.ts';
import type { Play } from '../core/playbook.ts';
import { StepError } from '../core/step-type.ts';
import { type Times, timesText } from '../core/times.ts';
import { ChangeFailed } from '../engine/failure.ts';
import type { CarryOut, StepWork } from '../engine/step-run.ts';
import type { RolloutRunner } from './rollout-runner.ts';

/**
 * A play's way to carry out changes on one host, with its limit before the first of them: what earlier runs had to do there
 * is asked, and that this one has to is recorded before the host is touched.
 */
export function withinTimes(runner: RolloutRunner, { name, limits }: Play): CarryOut {
  const { carryOut, limits: over } = runner;
  const { timesPerHost } = limits;
  if (timesPerHost === undefined || over === undefined) return carryOut;
  let isAsked = false;
  return async (work, planned) => {
    const host = work.state.name;
    const isFirst = !isAsked && planned.changes.some((change) => isNeeded(work, change));
    if (isFirst && over.hold) await mustBeWithin(over.ledger, timesPerHost, name, host, runner.clock.now());
    if (isFirst && runner.mode === 'run') await over.ledger.add(name, host, runner.clock.now()).catch(untouched);
    isAsked ||= isFirst;
    return carryOut(work, planned);
  };
}

/** Whether an unsure step is taken only a run will know; a command without a check is run whatever is there. */
const isNeeded = ({ unsure }: StepWork, { may, before }: Change): boolean => !may || (!unsure && before !== null);

/** @throws ChangeFailed where the host is flapping; StepError where nobody can tell */
async function mustBeWithin(ledger: Ledger, limit: Times, play: string, host: string, now: number): Promise<void> {
  const all = await ledger.times(play, host).catch(untouched);
  const recent = timesWithin(all, limit.within, now);
  if (recent.length < limit.most) return;
  const last = new Date(Math.max(...recent)).toISOString().replace(/\.\d+/, '');
  const message = `flapping: it has needed changes of play "${play}" ${recent.length} times already, last at ${last}; max_times_per_host is ${timesText(limit)}`;
  const todo = 'find out what wedges it again and again; once it may be changed all the same: --no-limits';
  throw new ChangeFailed({ status: 'flapping', reason: { message, todo } }, undefined);
}

/** A clock that was set back leaves times in the future: they count, too, as far as they are not absurd. */
export const timesWithin = (times: readonly number[], seconds: number, now: number): readonly number[] =>
  times.filter((at) => Math.abs(now - at) < seconds * 1000);

function untouched(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  const todo = 'make the state directory readable and writable, with free space';
  throw new StepError(`stopped before the host was touched: ${why}`, { todo });
}
