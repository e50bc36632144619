/** The engine: rollout → host → step. */
export type { ApprovedPlan } from './approved.ts';
export { JournalFailure, noJournal, type Sinks } from './events.ts';
export type { LockWish } from './host-lock.ts';
export type { KnownMachines } from './host-machine.ts';
export { checkRollouts } from './preflight.ts';
export type { Surroundings } from './recorded-run.ts';
export { hostsToUndo, type RollbackPlan, startRollback } from './rollback.ts';
export type { ResolvedPlay } from './rollout-plan.ts';
export { type RunPlan, startRun } from './run.ts';
export { StopControl } from './stop-control.ts';
