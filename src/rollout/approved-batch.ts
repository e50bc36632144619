import type { NewEvent } from '../core/event.ts';
import { foretold } from '../core/saved-plan.ts';
import { predict } from '../engine/carry-out.ts';
import type { Failure } from '../engine/failure.ts';
import type { HostState } from '../engine/host-state.ts';
import { lookAt } from '../engine/look.ts';
import { RunOnce } from '../engine/run-once.ts';
import { eachAtMost } from './pool.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';

/**
 * The hosts of a batch that must not be begun: they have drifted while others had their turn, or can't be looked at. Changes
 * nothing. None where nothing needs an approval, or nothing was changed since all were looked at.
 */
export async function driftedSince(
  runner: RolloutRunner,
  states: readonly HostState[],
  { play, forks }: PlannedPlay,
): Promise<ReadonlyMap<HostState, Failure>> {
  const failures = new Map<HostState, Failure>();
  const { approval } = runner;
  if (approval === undefined || runner.mode === 'check' || !approval.isStale(states)) return failures;
  const once = new RunOnce();
  // Of a host that is through nothing is asked.
  const asked = states.filter(({ memory }) => memory?.isThrough(play) !== true);
  await eachAtMost(forks, asked, async (state) => {
    const events: NewEvent[] = [];
    const listen = (event: NewEvent) => events.push(event);
    const { failed } = await lookAt(runner, state, play, { carryOut: predict, once, listen });
    const now = { steps: foretold(events).get(state.name) ?? [], failure: failed };
    const failure = approval.driftOf(state.name, state.log.records, now, play) ?? gone(failed);
    if (failure !== undefined) failures.set(state, failure);
    if (states.length > forks) await state.links.reset();
  });
  return failures;
}

/** A host that nobody could look at must not be changed; a run that is stopped begins it no more. */
const gone = (failed: Failure | undefined): Failure | undefined =>
  failed?.status === 'unreachable' || failed?.status === 'locked' ? failed : undefined;
