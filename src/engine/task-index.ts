import { type Play, type Step, stepsOf, type Task } from '../core/playbook.ts';

/**
 * The place of each step in its play, from 0; handlers count on after the steps. A rescue's steps stand where its block's
 * last one does: whoever does not need them has come as far.
 */
export interface TaskIndex {
  readonly steps: number;
  of(step: Step): number;
}

const known = new WeakMap<Play, TaskIndex>();

/** Made once for a play: thousands of hosts ask. */
export function indexOf(play: Play): TaskIndex {
  const index = known.get(play) ?? makeIndex(play);
  known.set(play, index);
  return index;
}

function makeIndex({ steps, handlers }: Play): TaskIndex {
  const places = new Map<Step, number>();
  const end = place(steps, 0, places);
  for (const [i, handler] of handlers.entries()) places.set(handler, end + i);
  return { steps: end, of: (step) => places.get(step) ?? end };
}

/** @returns the place after the last. */
function place(tasks: readonly Task[], from: number, places: Map<Step, number>): number {
  let next = from;
  for (const task of tasks) {
    if (task.kind === 'step') places.set(task, next++);
    else {
      next = place(task.steps, next, places);
      for (const step of stepsOf(task.rescue)) places.set(step, Math.max(0, next - 1));
      next = place(task.always, next, places);
    }
  }
  return next;
}
