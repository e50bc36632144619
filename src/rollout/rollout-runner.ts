import type { Host } from '../core/inventory.ts';
import type { Ledger } from '../core/limits.ts';
import type { Connect } from '../engine/host-link.ts';
import type { HostMachines } from '../engine/host-machine.ts';
import type { Remembered } from '../engine/host-memory.ts';
import type { StepRunner } from '../engine/step-run.ts';
import type { StepTypeOf } from '../engine/undo-plan.ts';
import type { Approval } from './approved.ts';

/** What a rollout works with. */
export interface RolloutRunner extends Omit<StepRunner, 'once'> {
  readonly run: string;
  readonly mode: 'check' | 'run';
  /** Hosts at work at the same time. */
  readonly forks: number;
  readonly connect: Connect;
  /** Whether a host is usually worked on as another user than the one who logs in. */
  readonly becomes: (host: Host) => boolean;
  /** The step types of the plays: a change is undone by the one that made it. */
  readonly typeOf: StepTypeOf;
  /** Which machines the hosts must be. */
  readonly machines: HostMachines;
  /** How far an earlier part of the run came with a host, and its changes. */
  readonly memoryOf: (host: string) => Remembered;
  /** What people have approved beforehand. Undefined: whatever the plays come to. */
  readonly approval: Approval | undefined;
  /** How many canaries of this run people have confirmed already. */
  readonly confirmed: number;
  /** What earlier runs had to change, and whether the plays' limits hold. Undefined: the plays have none. */
  readonly limits: RunLimits | undefined;
}

export interface RunLimits {
  readonly ledger: Ledger;
  /** False: people have said that they don't, this time. */
  readonly hold: boolean;
}
