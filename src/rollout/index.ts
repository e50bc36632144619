/** The engine: rollout → host → step. */

export { JournalFailure, noJournal, type Sinks } from '../engine/event-stream.ts';
export type { LockWish } from '../engine/host-lock.ts';
export type { KnownMachines } from '../engine/host-machine.ts';
export type { Surroundings } from '../engine/recorded-run.ts';
export { StopControl } from '../engine/stop-control.ts';
export type { ApprovedPlan } from './approved.ts';
export { checkRollouts } from './preflight.ts';
export { hostsToUndo, type RollbackPlan, startRollback } from './rollback.ts';
export type { ResolvedPlay } from './rollout-plan.ts';
export { type RunPlan, startRun } from './run.ts';
