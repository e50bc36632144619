import type { Change, Risk } from '../core/change.ts';
import { mayHaveBeenDone } from '../core/run-record.ts';
import type { Undo } from '../core/step-type.ts';
import type { ChangeLog } from './change-log.ts';
import type { StepTypeOf } from './undo-plan.ts';

/** Seconds that a host waits for its confirmation where the play says nothing. */
const CONFIRM_WITHIN = 120;

/** Whether a change of this risk may cut off the host, or what runs on it. */
const ARMS: Readonly<Record<Risk, boolean>> = {
  none: false,
  'container-restart': false,
  'daemon-restart': true,
  reboot: true,
  'data-loss': true,
};

/**
 * Seconds after this change in which the host must be confirmed, or it takes the run back itself; 0: it need not. Armed is a
 * host by a risky change, or by its first one in a play that sets `confirm_within`; only where something can be taken back.
 */
export function confirmWithin(log: ChangeLog, change: Change, undo: Undo<Change>, typeOf: StepTypeOf): number {
  if (log.host === undefined) return 0;
  if (log.armed > 0) return log.armed;
  if (log.confirmWithin === undefined && !ARMS[change.risk]) return 0;
  const isReversible =
    canReverse(undo, change) ||
    log.records.filter(mayHaveBeenDone).some(({ stepType, ...older }) => {
      const type = typeOf(stepType);
      return type !== undefined && canReverse(type.undo, older.change);
    });
  return isReversible ? (log.confirmWithin ?? CONFIRM_WITHIN) : 0;
}

const canReverse = (undo: Undo<Change>, change: Change): boolean =>
  undo.kind === 'reverse' && undo.irreversible?.(change) === undefined;
