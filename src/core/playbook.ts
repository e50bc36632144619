import type { Diagnostic, SourceLocation } from './diagnostic.ts';
import type { Expression, Scope } from './expression.ts';
import type { JsonObject } from './json.ts';
import type { AnyStepType } from './step-type.ts';

/** A playbook that was checked as a whole. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
  /** Findings that do not forbid a run. */
  readonly warnings: readonly Diagnostic[];
}

export type OnFailure = 'rollback' | 'stop' | 'continue';

export interface Play {
  readonly name: string;
  readonly at: SourceLocation;
  /** A host pattern, resolved against the inventory by the composing command. */
  readonly hosts: string;
  /** With the extra variables (-e) on top. */
  readonly vars: JsonObject;
  /** Hosts per batch; undefined: all at once. */
  readonly serial: number | undefined;
  readonly onFailure: OnFailure;
  readonly steps: readonly Step[];
  readonly handlers: readonly Step[];
}

/** One entry of a play. */
export interface Step {
  readonly name: string;
  readonly at: SourceLocation;
  readonly type: AnyStepType;
  /** The step type's arguments, defaults filled in, expressions evaluated over the scope. @throws StepError */
  readonly args: (scope: Scope) => unknown;
  readonly when: Expression<boolean> | undefined;
  readonly register: string | undefined;
  /** Names of handlers that run at the end of the play if this step changed something. */
  readonly notify: readonly string[];
  /** Seconds; the step type's own where the playbook says nothing. */
  readonly deadline: number;
}
