import type { Diagnostic, SourceLocation } from './diagnostic.ts';
import type { Expression, Scope } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import type { Limits } from './limits.ts';
import type { Rollout } from './rollout.ts';
import type { AnyStepType } from './step-type.ts';

/** A playbook that was checked as a whole. */
export interface Playbook {
  readonly file: string;
  /** Of its text and of all that it includes, in hexadecimal digits. */
  readonly sha256: string;
  /** Absolute paths of the modules whose step types its plays use. */
  readonly plugins: readonly string[];
  readonly plays: readonly Play[];
  /** Findings that do not forbid a run. */
  readonly warnings: readonly Diagnostic[];
}

export interface Play {
  readonly name: string;
  readonly at: SourceLocation;
  /** A host pattern, resolved against the inventory by the composing command. */
  readonly hosts: string;
  /** With the extra variables (-e) on top. */
  readonly vars: JsonObject;
  readonly rollout: Rollout;
  readonly limits: Limits;
  /** Steps that only look, and that must be ok on each host of a batch after it. */
  readonly health: readonly Task[];
  readonly steps: readonly Task[];
  readonly handlers: readonly Step[];
}

/** One entry of a play, or of a block. */
export type Task = Step | Block;

/** Entries that stand and fall together. An `include:` is one, too. */
export interface Block {
  readonly kind: 'block';
  readonly name: string;
  readonly at: SourceLocation;
  /** Asked once, when a host comes to the block. */
  readonly when: Expression<boolean> | undefined;
  /** Values that its steps read by name, given once as a host comes to it: an include's inputs. @throws StepError */
  readonly inputs: ((scope: Scope) => Scope) | undefined;
  /** Names that its condition and inputs read. */
  readonly reads: readonly string[];
  readonly steps: readonly Task[];
  /** What a host does that failed in one of `steps`; it goes on after the block then. None: the host has failed. */
  readonly rescue: readonly Task[];
  /** What a host does in the end, whether it failed or not. */
  readonly always: readonly Task[];
}

/** The smallest entry: one step type with its arguments. */
export interface Step {
  readonly kind: 'step';
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
  /** Once for each item, which its expressions read as `item`. */
  readonly loop: Loop | undefined;
  readonly retry: Retry | undefined;
  /** A failure is told, and the host goes on. */
  readonly ignoreErrors: boolean;
  /** Whether another user (root) does it; undefined: as the connection says. */
  readonly become: boolean | undefined;
  /** By the first host of each batch, for all of them. */
  readonly runOnce: boolean;
  /** Its own and those of what it stands in. */
  readonly tags: readonly string[];
  /** Names that its expressions read. */
  readonly reads: readonly string[];
}

export interface Loop {
  /** @throws StepError where what it goes over is no list. */
  readonly items: (scope: Scope) => readonly Json[];
  /** `when` reads `item`: it is asked for each one, else once for all. */
  readonly asksEach: boolean;
}

/** How often a step is tried again that failed, or whose result is not as wished. */
export interface Retry {
  /** Reads the step's own register. Undefined: it need only not fail. */
  readonly until: Expression<boolean> | undefined;
  /** Further attempts after the first. */
  readonly retries: number;
  /** Seconds between two attempts. */
  readonly delay: number;
}

/** All steps of a tree, as they are written. */
export const stepsOf = (tasks: readonly Task[]): readonly Step[] =>
  tasks.flatMap((task) => (task.kind === 'step' ? [task] : stepsOf([...task.steps, ...task.rescue, ...task.always])));
