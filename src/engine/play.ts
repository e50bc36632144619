import type { Play } from '../core/playbook.ts';
import { hostScope } from '../core/scope.ts';
import type { Failure } from './failure.ts';
import type { HostState } from './host-state.ts';
import type { StepRunner } from './step-run.ts';
import { runTasks, takeStep, type Walk } from './task-walk.ts';

/** Takes one host through a play: its steps in order, then the handlers they notified. Ends early where the host ends. */
export async function playOnHost(runner: StepRunner, state: HostState, play: Play): Promise<void> {
  state.registers = {};
  state.unknown.clear();
  const vars = hostScope(state.host, play);
  const walk = {
    runner,
    state,
    play,
    waiting: new Map<string, boolean>(),
    vars,
    inputs: {},
    unknownInputs: [],
    unsure: false,
    rescued: false,
  };
  state.end = (await runTasks(walk, play.steps)) ?? (await runHandlers(walk));
}

/** Each notified handler once, in the handlers' own order. */
async function runHandlers(walk: Walk): Promise<Failure | undefined> {
  const ran = new Set<string>();
  for (;;) {
    const handler = walk.play.handlers.find(({ name }) => walk.waiting.has(name) && !ran.has(name));
    if (handler === undefined) return undefined;
    const failure = await takeStep({ ...walk, unsure: walk.waiting.get(handler.name) === false }, handler);
    if (failure !== undefined) return failure;
    ran.add(handler.name);
    walk.waiting.delete(handler.name);
  }
}
