import { isOpen, windowText } from '../core/window.ts';
import type { Failure } from '../engine/failure.ts';
import type { HostState } from '../engine/host-state.ts';
import { driftedSince } from './approved-batch.ts';
import { foretellStops, tooManyStops } from './containers.ts';
import { whenToCome } from './preflight.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';
import type { RunHosts } from './run-hosts.ts';
import type { Halt } from './stop.ts';
import { stormIn } from './surge.ts';

/** What is known of a batch before it begins. */
export interface Admission {
  /** Why it may not begin; undefined: it may. */
  readonly halt: Required<Halt> | undefined;
  /** Hosts that may not, whatever becomes of the others. */
  readonly failures: ReadonlyMap<HostState, Failure>;
}

interface Asked {
  readonly play: PlannedPlay;
  readonly states: readonly HostState[];
  /** The play has served no host before it. */
  readonly isCanary: boolean;
}

/** Asks the clock and the probes whether a batch may begin at this moment. */
export async function admit(
  runner: RolloutRunner,
  { play: planned, states, isCanary }: Asked,
  hosts: RunHosts,
): Promise<Admission> {
  const { name, rollout } = planned.play;
  const { window, maxContainersStopped } = rollout;
  const now = runner.clock.now();
  if (window !== undefined && runner.mode === 'run' && !isOpen(window, now)) {
    const message = `the rollout stopped: batches of play "${name}" begin ${windowText(window)} only`;
    return { halt: { by: 'window', reason: { message, todo: whenToCome(window, now) } }, failures: new Map() };
  }
  const storm = isCanary ? await stormIn(runner, hosts.stillIn(planned.hosts), planned) : undefined;
  if (storm !== undefined) return { halt: { by: 'storm', reason: storm }, failures: new Map() };
  // After the storm: those that have drifted into it count.
  const drifted = await driftedSince(runner, states, planned);
  if (maxContainersStopped === undefined) return { halt: undefined, failures: drifted };
  const rest = states.filter((state) => !drifted.has(state));
  const stops = await foretellStops(runner, rest, planned);
  const reason = tooManyStops(stops, maxContainersStopped);
  return { halt: reason && { by: 'containers', reason }, failures: new Map([...drifted, ...stops.unknown]) };
}
