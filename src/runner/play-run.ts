import type { Reason } from '../core/event.ts';
import type { Play, Step } from '../core/playbook.ts';
import { hostScope } from '../core/scope.ts';
import type { HostState } from './host-state.ts';
import { runStep, type StepRunner } from './step-run.ts';
import type { StopControl } from './stop-control.ts';

export interface PlayRunner extends StepRunner {
  readonly stop: StopControl;
}

/** One play on one host, and the handlers that still wait for its end. */
interface HostPlay {
  readonly runner: PlayRunner;
  readonly state: HostState;
  readonly play: Play;
  readonly waiting: Set<string>;
}

/** Takes one host through a play: its steps in order, then the handlers they notified. Ends early where the host ends. */
export async function playOnHost(runner: PlayRunner, state: HostState, play: Play): Promise<void> {
  const hostPlay: HostPlay = { runner, state, play, waiting: new Set() };
  state.registers = {};
  for (const [index, step] of play.steps.entries()) {
    await advance(hostPlay, step, index);
    if (state.end !== undefined) return;
  }
  await runHandlers(hostPlay);
}

/** Each notified handler once, in the handlers' own order. */
async function runHandlers(hostPlay: HostPlay): Promise<void> {
  const { state, play, waiting } = hostPlay;
  const ran = new Set<string>();
  for (;;) {
    const index = play.handlers.findIndex(({ name }) => waiting.has(name) && !ran.has(name));
    const handler = play.handlers[index];
    if (handler === undefined) return;
    await advance(hostPlay, handler, play.steps.length + index);
    if (state.end !== undefined) return;
    ran.add(handler.name);
    waiting.delete(handler.name);
  }
}

/** One step, and what it leaves behind for the next ones. */
async function advance({ runner, state, play, waiting }: HostPlay, step: Step, index: number): Promise<void> {
  if (runner.stop.level > 0) {
    state.end = { status: 'interrupted', reason: stoppedBefore(step, runner.stop, waiting) };
    return;
  }
  const handler = index >= play.steps.length;
  const outcome = await runStep(runner, { state, step, index, handler, vars: hostScope(state.host, play) });
  if (outcome.status === 'failed') state.end = outcome.failure;
  if (step.register !== undefined && 'register' in outcome) state.register(step.register, outcome.register);
  if (outcome.status === 'changed') for (const name of step.notify) waiting.add(name);
}

function stoppedBefore(step: Step, stop: StopControl, waiting: ReadonlySet<string>): Reason {
  const message = `stopped by ${stop.signal ?? 'a signal'} before "${step.name}"`;
  if (waiting.size === 0) return { message };
  return { message: `${message}; notified and not run: ${[...waiting].join(', ')}` };
}
