import type { Change } from './change.ts';
import type { Finding } from './finding.ts';
import type { ApplyScript, ProbeScript, UndoScript } from './host-script.ts';
import type { JsonObject } from './json.ts';
import type { ReadOnlySession, Session } from './session.ts';

/** The field types that a step's register offers to expressions (CEL's names). */
export type OutputType = 'bool' | 'int' | 'string' | 'list<string>' | 'list<dyn>' | 'dyn';

export interface PlanContext {
  /** What earlier steps of this run would change (check mode) and have not yet changed. Empty in a run. */
  readonly pending: readonly Change[];
  /** In the verifying plan: what this step has just applied. Empty otherwise. */
  readonly done: readonly Change[];
}

export interface Planned<C extends Change = Change> {
  /** In the order to apply. None: the host is as it should be. */
  readonly changes: readonly C[];
  /** What `register` keeps; its fields are the step type's `output`. */
  readonly output?: JsonObject;
  /** What people should know though nothing is done about it (left alone, held by …). */
  readonly notes?: readonly string[];
  /** What a look found out, most severe first. */
  readonly findings?: readonly Finding[];
  /** How the codes begin that this look tells of, where it does not tell of all: what else an earlier look found may still be so. */
  readonly tells?: readonly string[];
  /** An audit that may not look everywhere: a line each, what could not be seen, and why. */
  readonly unseen?: readonly string[];
  /** The step refuses: nothing was done, the host fails with this reason. */
  readonly refusal?: { readonly reason: string; readonly todo: string };
}

/**
 * One request that takes a change back, known before the change is made: the controller sends it, and the host keeps a copy
 * that runs without one. Exit codes: 0 it is back, DRIFTED somebody has changed it since and theirs is kept, others failed.
 */
export interface UndoCall {
  readonly script: UndoScript | ApplyScript;
  readonly args: readonly string[];
  /** One line for people: what it does. */
  readonly summary: string;
  /** What a preview asks: with the same arguments, it exits as the script would, and changes nothing. Left out: the script always does it. */
  readonly look?: ProbeScript;
  /** For files: what it changes. */
  readonly diff?: NonNullable<Change['diff']>;
}

/** What doing an activation again would interrupt at this moment. */
export interface Interruption {
  /** One line for people, with what is done. */
  readonly summary: string;
  readonly stops?: number | 'unknown';
}

/** How a change is taken back. `call` is pure, and takes the change as a journal keeps it. */
export type Undo<C extends Change> =
  | {
      readonly kind: 'reverse';
      call(change: C): UndoCall;
      /** Why this one change has no undo, where that depends on the change. */
      irreversible?(change: C): string | undefined;
      /** The argument without which there is none, where the playbook gives the undo. */
      readonly argument?: string;
    }
  /** An activation (daemon-reload, restart): done again, in its own order, after what it activated was restored. */
  | {
      readonly kind: 'repeat';
      call(change: C): UndoCall;
      /** Asked right before it is done again. */
      interrupts?(host: ReadOnlySession, change: C): Promise<Interruption>;
    }
  | { readonly kind: 'irreversible'; readonly reason: string };

/** Of a step that takes its host away for a while, as a reboot does: the runner waits for it over new connections. */
export interface Absence<C extends Change> {
  /** The boolean argument that allows several hosts of a play to be away at once; without it `serial: 1` is demanded. */
  readonly together: string;
  /** Seconds in which the host must be back. */
  within(change: C): number;
  /** What is still missing, for people; undefined: the host is back as it should be. Asked again and again. */
  missing(host: ReadOnlySession, change: C): Promise<string | undefined>;
}

/**
 * A kind of step. `probe` looks, `plan` decides (pure), `apply` changes and refuses what has drifted since;
 * then the probe runs again and `plan` must find nothing to do but what was left.
 */
export interface StepType<Args = unknown, Facts = unknown, C extends Change = Change> {
  /** The key in YAML, and the name of its folder. */
  readonly name: string;
  /** One sentence for `unwedge steps`. */
  readonly description: string;
  /** JSON Schema (draft-07) of the arguments: an object with descriptions, defaults and examples. A string property with `format: "cel"` is an expression. */
  readonly schema: JsonObject;
  /** Fields that `register` gives to later expressions, beside `changed` (bool). */
  readonly output: Readonly<Record<string, OutputType>>;
  /** Those of its fields that have a value only where an argument is given, with that argument. */
  readonly filledBy?: Readonly<Record<string, string>>;
  /** Seconds; > 0. */
  readonly deadline: number;
  probe(host: ReadOnlySession, args: Args): Promise<Facts>;
  plan(args: Args, facts: Facts, context: PlanContext): Planned<C>;
  apply(host: Session, change: C): Promise<void>;
  /** It plans no change, ever. */
  readonly onlyLooks?: true;
  /** No other user than root can do it, on any host. */
  readonly onlyRoot?: true;
  /** Where a lost connection may be the change at work: then it has no answer, and the look afterwards tells. */
  readonly absence?: Absence<C>;
  readonly undo: Undo<C>;
}

/** A step type whose type parameters are sealed, as the registry keeps it. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds step types of different Args; defineStep seals them.
export type AnyStepType = StepType<any, any, any>;

/** Checks a step type's parts against each other at compile time and seals them. */
export function defineStep<Args, Facts, C extends Change>(type: StepType<Args, Facts, C>): StepType<Args, Facts, C> {
  Object.defineProperty(type, STEP_TYPE, { value: true });
  return type;
}

/** The same in every copy of unwedge: a plugin may import another than the one that loads it. */
const STEP_TYPE = Symbol.for('unwedge.step-type');

/** Whether defineStep made it. */
export const isStepType = (value: unknown): value is AnyStepType =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, STEP_TYPE);

/** A step that could not do its work on this host. The message is for people: what, where, why. */
export class StepError extends Error {
  override readonly name = 'StepError';

  /** Also one of another copy of unwedge: see STEP_TYPE. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'StepError';
  }

  readonly todo: string | undefined;
  /** The host is no longer as planned; nothing was done. */
  readonly drifted: boolean;
  /** Only this one change did not come about, for certain; the step goes on with its other changes. */
  readonly left: boolean;
  /** The change failed, and the host is as it was. */
  readonly unchanged: boolean;

  constructor(
    message: string,
    options: { todo?: string; drifted?: boolean; left?: boolean; unchanged?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.todo = options.todo;
    this.drifted = options.drifted ?? false;
    this.left = options.left ?? false;
    this.unchanged = options.unchanged ?? false;
  }
}
