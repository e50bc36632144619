import type { Change } from '../core/change.ts';
import type { HostOutcome, HostStatus, Reason, RollbackOutcome } from '../core/event.ts';
import type { Scope } from '../core/expression.ts';
import type { Host } from '../core/inventory.ts';
import type { Json } from '../core/json.ts';
import type { Step } from '../core/playbook.ts';
import { leftToUndo, mayHaveBeenDone } from '../core/run-record.ts';
import type { ChangeLog } from './change-log.ts';
import type { Failure } from './failure.ts';
import type { HostLink } from './host-link.ts';
import type { HostLinks } from './host-links.ts';
import type { HostMemory } from './host-memory.ts';
import { type StepTypeOf, undoable } from './undo-plan.ts';

/** What a run knows of one host. Hosts share nothing. */
export class HostState {
  readonly host: Host;
  readonly links: HostLinks;
  readonly log: ChangeLog;
  /** How far an earlier part of the run came with it; undefined: none has begun it. */
  readonly memory: HostMemory | undefined;
  /** The step types of the run; undefined: it is only looked at. */
  readonly #typeOf: StepTypeOf | undefined;
  started = false;
  /** What ended it before its last step. */
  end: Failure | undefined;
  rollback: RollbackOutcome | undefined;
  /** Why it was put back, where it had not failed itself. */
  #putBackBecause: Reason | undefined;
  /** What the steps of this play have registered. */
  registers: Scope = {};
  /** Check mode: those of them of which only a run will know what they hold. */
  readonly unknown = new Set<string>();
  /** Check mode: what the steps so far would have changed. */
  pending: readonly Change[] = [];

  constructor(host: Host, links: HostLinks, log: ChangeLog, memory?: HostMemory, typeOf?: StepTypeOf) {
    this.host = host;
    this.links = links;
    this.log = log;
    this.memory = memory;
    this.#typeOf = typeOf;
  }

  /** The usual connection. */
  get link(): HostLink {
    return this.links.usual;
  }

  /** The connection of the user that the step wants. */
  linkOf({ become }: Step): HostLink {
    return this.links.as(become);
  }

  get name(): string {
    return this.host.name;
  }

  register(name: string, value: Json): void {
    this.registers = { ...this.registers, [name]: value };
  }

  /** Changes that a run made, or that a check predicts. */
  get changeCount(): number {
    return this.pending.length + this.log.records.filter(mayHaveBeenDone).length;
  }

  putBack(outcome: RollbackOutcome, because: Reason | undefined): void {
    this.rollback = outcome;
    this.#putBackBecause = because;
  }

  outcome(): HostOutcome {
    const reason = this.end?.reason ?? this.#putBackBecause;
    return {
      ...{ host: this.name, status: this.#status(), changes: this.changeCount },
      ...(reason === undefined ? {} : { reason }),
      ...(this.rollback === undefined ? {} : { rollback: this.rollback }),
      ...this.#undoable(),
    };
  }

  #undoable(): Pick<HostOutcome, 'undoable'> {
    const left = this.log.records.filter(leftToUndo).length;
    const can = this.#typeOf === undefined ? left : undoable(this.log.recorded, this.#typeOf);
    return can === left ? {} : { undoable: can };
  }

  #status(): HostStatus {
    if (this.end === undefined && this.rollback !== undefined) return 'rolled-back';
    if (this.end === undefined) return this.changeCount > 0 ? 'changed' : 'ok';
    // Half of what was approved is nothing that anybody has approved.
    if (this.end.status === 'drifted' && this.log.records.some(mayHaveBeenDone)) return 'failed';
    const untouched = !this.started && this.changeCount === 0;
    return this.end.status === 'interrupted' && untouched ? 'not-attempted' : this.end.status;
  }
}
