import type { EventOf, NewEvent, Reason } from '../core/event.ts';
import { type Amount, amountText } from '../core/rollout.ts';
import { predict } from '../engine/carry-out.ts';
import type { HostState } from '../engine/host-state.ts';
import { lookAt } from '../engine/look.ts';
import { RunOnce } from '../engine/run-once.ts';
import { eachAtMost } from './pool.ts';
import type { PlannedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';

/** What a look has found on a host, in its own words. */
type Found = Omit<EventOf<'step.planned'>, 'at'>;

/**
 * Looks at all hosts of a play before the first of them is touched. More wedged ones than its limit allows: what was found
 * on them is told, for nobody comes there any more. Changes nothing.
 * @returns why the play may not begin
 */
export async function stormIn(
  runner: RolloutRunner,
  states: readonly HostState[],
  planned: PlannedPlay,
): Promise<Reason | undefined> {
  const { wedgedHosts } = planned.play.limits;
  if (wedgedHosts === undefined || runner.limits?.hold !== true) return undefined;
  const wedged = await wedgedAmong(runner, states, planned);
  if (!isStorm(wedged.size, planned.hosts.length, wedgedHosts)) return undefined;
  for (const found of wedged.values()) for (const event of found) await runner.stream.tell(event);
  return reasonOf([...wedged.keys()], planned, wedgedHosts);
}

/** One wedged host is no storm, whatever share of a small fleet it is. */
export const isStorm = (wedged: number, hosts: number, most: Amount): boolean =>
  'count' in most ? wedged > most.count : wedged > 1 && wedged * 100 > most.percent * hosts;

/** The hosts with a critical finding, in the play's order. */
async function wedgedAmong(
  runner: RolloutRunner,
  states: readonly HostState[],
  { play, forks }: PlannedPlay,
): Promise<ReadonlyMap<string, readonly Found[]>> {
  const found = new Map<HostState, readonly Found[]>();
  const once = new RunOnce();
  await eachAtMost(forks, states, async (state) => {
    const told: Found[] = [];
    const listen = (event: NewEvent) => {
      if (event.type === 'step.planned' && event.findings) told.push({ ...event, changes: [], notes: [] });
    };
    await lookAt(runner, state, play, { carryOut: predict, once, listen });
    if (told.some(({ findings = [] }) => findings.some(({ severity }) => severity === 'critical')))
      found.set(state, told);
    if (states.length > forks) await state.links.reset();
  });
  return new Map(states.flatMap((state) => (found.has(state) ? [[state.name, found.get(state) ?? []]] : [])));
}

function reasonOf(wedged: readonly string[], { play, hosts }: PlannedPlay, most: Amount): Reason {
  const names = wedged.slice(0, 5).join(', ');
  const more = wedged.length > 5 ? ` … (+${wedged.length - 5})` : '';
  const count = wedged.length === 1 ? '1 host is' : `${wedged.length} hosts are`;
  return {
    message: `a storm: ${count} wedged at once of the ${hosts.length} of play "${play.name}" (${names}${more}), max_wedged_hosts is ${amountText(most)}; none was touched`,
    todo: 'something wedges them all: find that first (a new agent, a kernel, a mount); then free them: --no-limits',
  };
}
