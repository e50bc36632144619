import type { NewEvent } from '../core/event.ts';
import { stepsOf } from '../core/playbook.ts';
import { foretold } from '../core/saved-plan.ts';
import { predict } from '../engine/carry-out.ts';
import { EventStream, noJournal } from '../engine/event-stream.ts';
import type { Failure } from '../engine/failure.ts';
import type { Approval, Foretelling } from './approved.ts';
import { Rollout } from './rollout.ts';
import type { ResolvedPlay } from './rollout-plan.ts';
import type { RolloutRunner } from './rollout-runner.ts';

/**
 * Dry-runs all plays, of which nobody is told, before any host is touched, and finds the hosts that have drifted from what was
 * approved. What runs once is another host's then: without those that have drifted it is asked again.
 */
export async function findDrifted(
  runner: RolloutRunner,
  plays: readonly ResolvedPlay[],
  approval: Approval,
): Promise<void> {
  const runsOnce = plays.some(({ play }) => stepsOf([...play.steps, ...play.handlers]).some((step) => step.runOnce));
  for (;;) {
    const drifted = [...(await foretell(runner, plays))].filter(([host, now]) => approval.judge(host, now));
    if (drifted.length === 0 || !runsOnce) return;
  }
}

async function foretell(
  runner: RolloutRunner,
  plays: readonly ResolvedPlay[],
): Promise<ReadonlyMap<string, Foretelling>> {
  const events: NewEvent[] = [];
  const report = (event: NewEvent) => events.push(event);
  const stream = new EventStream({ journal: noJournal, report, hosts: undefined }, runner.clock);
  const dry = { stream, mode: 'check', carryOut: predict, looksOnce: true, allows: async () => true } as const;
  const { outcomes } = await new Rollout({ ...runner, ...dry }, plays, false).run();
  const steps = foretold(events);
  return new Map(
    outcomes.map(({ host, status, reason = { message: status } }): [string, Foretelling] => {
      const isWell = status === 'ok' || status === 'changed';
      const failure: Failure = { status: status === 'failed' ? 'failed' : 'interrupted', reason };
      return [host, { steps: steps.get(host) ?? [], failure: isWell ? undefined : failure }];
    }),
  );
}
