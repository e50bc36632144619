import type { HostStatus, Reason } from '../core/event.ts';
import type { Play } from '../core/playbook.ts';
import { type Amount, amountText, type Rollout } from '../core/rollout.ts';
import type { HostState } from '../engine/host-state.ts';

/** How many failures end a rollout; undefined: none do. A percentage is one of all hosts of the run: 5% of 30 is reached by 2. */
export function failuresAllowed(
  { maxFailures, onFailure }: Pick<Rollout, 'maxFailures' | 'onFailure'>,
  hosts: number,
): number | undefined {
  if (maxFailures !== undefined) return failuresIn(maxFailures, hosts);
  return onFailure === 'continue' ? undefined : 1;
}

/** Rounded up: what is reached must be at least as much. */
const failuresIn = (amount: Amount, hosts: number): number =>
  'count' in amount ? amount.count : Math.max(1, Math.ceil((amount.percent * hosts) / 100));

/** True for a host that was not served, or of which nobody knows: a change in doubt leaves its host failed or unreachable. */
export const countsAsFailure = (status: HostStatus): boolean =>
  status === 'failed' || status === 'unreachable' || status === 'locked';

/**
 * Why failures end a play's rollout; undefined: they don't. What `max_failures` says holds for `failed`, all of the run; without
 * it the play's own first one, `latest`, does.
 */
export function budgetReason(
  { play, failures }: { readonly play: Play; readonly failures: number | undefined },
  failed: readonly HostState[],
  latest?: HostState,
): Reason | undefined {
  const { maxFailures } = play.rollout;
  if (failures === undefined) return undefined;
  if (maxFailures === undefined) return latest && firstFailure(latest, play.name);
  if (failed.length < failures) return undefined;
  const hosts = failed.length === 1 ? '1 host has' : `${failed.length} hosts have`;
  const names = failed.slice(0, 5).map(({ name }) => name);
  const more = failed.length > names.length ? ` … (+${failed.length - names.length})` : '';
  const message = `the rollout stopped: ${hosts} failed (${names.join(', ')}${more}), max_failures is ${amountText(maxFailures)}`;
  return { message };
}

function firstFailure(state: HostState, play: string): Reason | undefined {
  const { status } = state.outcome();
  if (!countsAsFailure(status)) return undefined;
  return { message: `the rollout stopped: ${state.name} is ${status} in play "${play}"` };
}
