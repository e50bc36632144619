import type { Rollout } from '../core/rollout.ts';
import { entryOf } from '../core/yaml-node.ts';
import type { StepForm } from './task-form.ts';

/** Reports steps that take their host away, in a play that could take several away at once, or one after the other for good. */
export function checkOneAtATime(forms: readonly StepForm[], rollout: Rollout): void {
  for (const { type, args, report } of forms) {
    const together = type?.absence?.together;
    if (together === undefined || args === undefined || isTrue(args, together)) continue;
    const lift = `or allow it: ${together}: true in the step`;
    if (!takesOneAtATime(rollout))
      report.error(
        'one-at-a-time',
        args.keySpan,
        `${args.key} in a play that takes more than one host at a time`,
        `set serial: 1 for the play, ${lift}`,
      );
    if (!endsAtFirstFailure(rollout))
      report.error(
        'one-at-a-time',
        args.keySpan,
        `${args.key} in a play that goes on where a host does not come back`,
        `set on_failure: stop for the play, ${lift}`,
      );
  }
}

const takesOneAtATime = ({ serial, forks }: Rollout): boolean =>
  forks === 1 || (serial.length > 0 && serial.every((amount) => 'count' in amount && amount.count === 1));

const endsAtFirstFailure = ({ onFailure, maxFailures }: Rollout): boolean =>
  maxFailures === undefined ? onFailure !== 'continue' : 'count' in maxFailures && maxFailures.count === 1;

function isTrue(args: NonNullable<StepForm['args']>, name: string): boolean {
  const value = entryOf(args.value, name)?.value;
  return value?.kind === 'scalar' && value.value === true;
}
