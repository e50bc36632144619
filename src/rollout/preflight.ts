import { type Diagnostic, InputError } from '../core/diagnostic.ts';
import type { Play } from '../core/playbook.ts';
import type { Window } from '../core/rollout.ts';
import { isOpen, nextOpening, windowText } from '../core/window.ts';
import type { ResolvedPlay } from './rollout-plan.ts';

/**
 * Refuses rollouts that must not even begin: more hosts than a play may have, or (in a run) a first batch outside its
 * window. `now`: milliseconds since 1970. @throws InputError with all that is wrong; no host was touched.
 */
export function checkRollouts(plays: readonly ResolvedPlay[], mode: 'check' | 'run', now: number): void {
  const first = plays.find(({ hosts }) => hosts.length > 0);
  const findings = [
    ...plays.flatMap(tooManyHosts),
    ...(first !== undefined && mode === 'run' ? closedWindow(first.play, now) : []),
  ];
  if (findings.length > 0) throw new InputError(findings);
}

function tooManyHosts({ play, hosts }: ResolvedPlay): Diagnostic[] {
  const { maxHosts } = play.rollout;
  if (maxHosts === undefined || hosts.length <= maxHosts) return [];
  const message = `play "${play.name}" selects ${hosts.length} hosts, its max_hosts is ${maxHosts}`;
  return [{ severity: 'error', at: play.at, message, todo: 'take fewer with -l, or raise max_hosts' }];
}

function closedWindow({ name, at, rollout: { window } }: Play, now: number): Diagnostic[] {
  if (window === undefined || isOpen(window, now)) return [];
  const message = `play "${name}" may only begin ${windowText(window)}; no host was touched`;
  return [{ severity: 'error', at, message, todo: whenToCome(window, now) }];
}

/** What to do about a window that is closed. */
export function whenToCome(window: Window, now: number): string {
  const next = nextOpening(window, now);
  if (next === undefined) return 'it does not open within a week: see the play';
  return `run again at ${new Date(next).toISOString().replace(':00.000', '')} or later`;
}
