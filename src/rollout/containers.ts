import type { Reason } from '../core/event.ts';
import { predict } from '../engine/carry-out.ts';
import type { Failure } from '../engine/failure.ts';
import type { HostState } from '../engine/host-state.ts';
import { lookAt } from '../engine/look.ts';
import { RunOnce } from '../engine/run-once.ts';
import { eachAtMost } from './pool.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';

/** What a batch would stop, host by host, as its own steps foretell it. */
export interface Stops {
  /** Hosts with the number of running containers. */
  readonly counts: ReadonlyMap<HostState, number>;
  /** Hosts of which it can't be foretold, and why. */
  readonly unknown: ReadonlyMap<HostState, Failure>;
}

/** Asks the probes of a play's steps, on hosts of a batch, how many running containers they would stop. Changes nothing. */
export async function foretellStops(
  runner: RolloutRunner,
  states: readonly HostState[],
  { play, forks }: PlannedPlay,
): Promise<Stops> {
  const counts = new Map<HostState, number>();
  const unknown = new Map<HostState, Failure>();
  const once = new RunOnce();
  await eachAtMost(forks, states, async (state) => {
    const look = await lookAt(runner, state, play, { carryOut: predict, once });
    const stops = look.state.pending.slice(state.pending.length).map((change) => change.stops ?? 0);
    if (look.failed !== undefined) unknown.set(state, notForetold(look.failed.step, look.failed));
    else if (stops.includes('unknown')) unknown.set(state, UNKNOWN);
    else
      counts.set(
        state,
        stops.reduce((sum: number, n) => sum + Number(n), 0),
      );
    if (states.length > forks) await state.links.reset();
  });
  return { counts, unknown };
}

const WHY = 'how many containers would stop can not be foretold, and the rollout has max_containers_stopped';

const UNKNOWN: Failure = {
  status: 'failed',
  reason: { message: `${WHY}: docker does not tell`, todo: 'see why docker does not answer: docker ps' },
};

const notForetold = (step: string, { status, reason }: Failure): Failure =>
  status === 'failed'
    ? { status, reason: { ...reason, message: `${WHY}: ${step}: ${reason.message}` } }
    : { status, reason };

/** Why a batch may not begin; undefined: it may. */
export function tooManyStops({ counts }: Stops, most: number): Reason | undefined {
  const stops = [...counts].filter(([, n]) => n > 0).sort(([, a], [, b]) => b - a);
  const all = stops.reduce((sum, [, n]) => sum + n, 0);
  if (all <= most) return undefined;
  const named = stops.slice(0, 3).map(([state, n]) => `${state.name}: ${n}`);
  const more = stops.length > named.length ? `, and ${stops.length - named.length} more` : '';
  return {
    message: `the rollout stopped: its next batch would stop ${all} running containers (${named.join(', ')}${more}), max_containers_stopped is ${most}`,
    todo: 'take fewer hosts in a batch (serial), or allow more',
  };
}
