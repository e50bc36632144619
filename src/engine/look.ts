import type { NewEvent } from '../core/event.ts';
import type { Play } from '../core/playbook.ts';
import { ChangeLog } from './change-log.ts';
import { EventStream, noJournal } from './event-stream.ts';
import type { Failure } from './failure.ts';
import { HostState } from './host-state.ts';
import { playOnHost } from './play.ts';
import type { RunOnce } from './run-once.ts';
import type { CarryOut, StepRunner } from './step-run.ts';

/** What a look found: what the steps would have changed, and the step at which it ended, if it did. */
export interface Look {
  readonly state: HostState;
  readonly failed: (Failure & { readonly step: string }) | undefined;
}

/** Hears what the steps tell, of which nobody else is told. */
type Listen = (event: NewEvent) => void;

/** Takes a host through steps of which nobody is told, and which change nothing: `carryOut` sees what they would. */
export async function lookAt(
  runner: Omit<StepRunner, 'once'>,
  { host, links, pending }: HostState,
  play: Play,
  { carryOut, once, listen }: { readonly carryOut: CarryOut; readonly once: RunOnce; readonly listen?: Listen },
): Promise<Look> {
  let last = '';
  let failed: string | undefined;
  const report = (event: NewEvent) => {
    listen?.(event);
    if (event.type === 'step.started') last = event.step;
    if (event.type === 'step.finished' && event.status === 'failed' && !event.tolerated) failed ??= event.step;
  };
  const stream = new EventStream({ journal: noJournal, report, hosts: undefined }, runner.clock);
  const state = new HostState(host, links, new ChangeLog(stream));
  state.pending = pending;
  once.enter(host.name);
  const asked = async () => true;
  await playOnHost({ ...runner, stream, carryOut, once, looksOnce: true, allows: asked }, state, play);
  once.leave(host.name);
  return { state, failed: state.end && { ...state.end, step: failed ?? last } };
}
