import type { HostStatus, Reason } from '../core/event.ts';
import type { OnFailure } from '../core/rollout.ts';
import { leftToUndo } from '../core/run-record.ts';
import type { EventStream } from '../engine/event-stream.ts';
import type { HostState } from '../engine/host-state.ts';
import { undoHost } from '../engine/undo-host.ts';
import type { StepTypeOf } from '../engine/undo-plan.ts';
import { countsAsFailure } from './budget.ts';

/** True where a run has changed something on a host that is not taken back, and nobody has tried to. */
export const canBePutBack = (state: HostState): boolean =>
  state.rollback === undefined && state.log.records.some(leftToUndo);

/** True where a host that failed is put back at once. Not after a hard stop: nothing more is sent to any host. */
export const mustBePutBack = (status: HostStatus, onFailure: OnFailure, stopLevel: number): boolean =>
  onFailure.startsWith('rollback_') && countsAsFailure(status) && stopLevel < 2;

/** Takes back what this run has changed on a host, and tells of it. `because`: why, where it has not failed itself. Never rejects. */
export async function putBack(
  { stream, typeOf }: { readonly stream: EventStream; readonly typeOf: StepTypeOf },
  state: HostState,
  because?: Reason,
): Promise<void> {
  if (state.end?.status === 'unreachable') await state.links.reset();
  const { outcome } = await undoHost(state.log, state.links, typeOf);
  state.putBack(outcome, because);
  await stream.tell({ type: 'host.rollback', host: state.name, outcome });
}
