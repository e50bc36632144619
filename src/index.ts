/**
 * unwedge as a library. No global state: it prints nothing, ends no process and hears no signals.
 *
 *     const inventory = await loadInventory('inventory.yaml');
 *     const playbook = await loadPlaybook('free-dead-containers', { inventory });
 *     const run = startRun(playbook, { check: true });
 *     for await (const event of run.events) console.log(event.type);
 *     console.log((await run.recap).outcomes);
 */
export {
  type Inventory,
  type LoadedPlaybook,
  loadInventory,
  loadPlaybook,
  type PlaybookOptions,
  type Run,
  type RunOptions,
  startRun,
} from './app/library.ts';
export { applied } from './core/applied.ts';
export type { Change, Risk } from './core/change.ts';
export { complete } from './core/complete.ts';
export { type Diagnostic, InputError } from './core/diagnostic.ts';
export type { EventOf, HostOutcome, Recap, RunEvent } from './core/event.ts';
export { exitCodeOf } from './core/exit-code.ts';
export {
  type ApplyScript,
  applyScript,
  type ProbeScript,
  probeScript,
  type ScriptResult,
  type UndoScript,
  undoScript,
} from './core/host-script.ts';
export { records } from './core/records.ts';
export type { ReadOnlySession, Session } from './core/session.ts';
export {
  type AnyStepType,
  defineStep,
  type PlanContext,
  type Planned,
  StepError,
  type StepType,
  type UndoCall,
} from './core/step-type.ts';
export type { PluginFactory } from './playbook/load-plugin.ts';
