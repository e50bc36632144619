import type { Change } from './change.ts';
import type { Enforcement } from './enforcement.ts';
import type { Finding } from './finding.ts';
import type { JsonObject } from './json.ts';
import type { Machine } from './machine.ts';
import type { Bounds } from './rollout.ts';

export type StepStatus = 'ok' | 'changed' | 'skipped' | 'failed';
/**
 * A host's outcome of a whole run. `interrupted`: it began, nothing of it failed, but the run stopped before its last step.
 * `rolled-back`: nothing of it failed, but its batch or the whole rollout was put back. `not-attempted`: it was never touched.
 */
export type HostStatus =
  | 'ok'
  | 'changed'
  | 'failed'
  | 'unreachable'
  /** Another run was at work on it: it was not touched. */
  | 'locked'
  /** It needed changes again, more often than its play's limit allows: it was left alone. */
  | 'flapping'
  /** It is not as it was when its changes were approved: nothing of it was changed. */
  | 'drifted'
  | 'interrupted'
  | 'rolled-back'
  | 'not-attempted';

export interface Reason {
  /** What went wrong and why, for people. */
  readonly message: string;
  readonly todo?: string;
}

export interface HostOutcome {
  readonly host: string;
  readonly status: HostStatus;
  /** Why, where the host is not ok or changed. */
  readonly reason?: Reason;
  /** Where an applied change of this run was or was not taken back. */
  readonly rollback?: RollbackOutcome;
  readonly changes: number;
  /** How many of them a rollback can take back; left out where it can all. */
  readonly undoable?: number;
}

export interface RollbackOutcome {
  readonly undone: readonly string[];
  /** Summaries of changes that have no undo, with the reason. */
  readonly irreversible: readonly {
    readonly summary: string;
    readonly reason: string;
  }[];
  /** Undos that failed. */
  readonly failed: readonly {
    readonly summary: string;
    readonly reason: string;
  }[];
}

export interface Recap {
  readonly outcomes: readonly HostOutcome[];
  /** True where a signal stopped the run. */
  readonly interrupted: boolean;
  /** What made the rollout begin no further host, where some were left. */
  readonly stopped?: StopCause;
}

/**
 * What ends a rollout before its last host: its failure budget, the end of its window, containers that a batch would
 * stop, more wedged hosts than its play's limit allows (`storm`), or (`confirm`) its canary, which waits for people.
 */
export type StopCause = 'failures' | 'window' | 'containers' | 'storm' | 'confirm';

/** Where a rollout came to when it began no further host. */
export interface RolloutEnd {
  readonly play: string;
  readonly by: StopCause;
  readonly reason: Reason;
  /** Hosts of the play that were begun, in its order. */
  readonly done: readonly string[];
  /** Hosts of the play that were not. */
  readonly left: readonly string[];
}

/** A host that is not well by the rollout's health steps. */
export interface Illness {
  readonly host: string;
  readonly reason: Reason;
  /** False where it was ill before its batch already: it does not count against the change. */
  readonly counts: boolean;
}

/** Identifies a change within a run. */
export interface ChangeRef {
  readonly host: string;
  /** Counts the run's changes on that host, from 0. */
  readonly seq: number;
}

/** How a run was called: enough to go on with it, if all is still the same. Paths as they were given, from `cwd`; no secret. */
export interface RunCall {
  readonly cwd: string;
  readonly playbooks: readonly { readonly file: string; readonly sha256: string }[];
  /** Absolute paths of the modules whose step types the playbooks use. */
  readonly plugins?: readonly string[];
  /** Of what inventory, limit and extra variables say about the run's hosts. */
  readonly inventorySha256: string;
  /** A saved plan, beyond which nothing is changed. An absolute path. */
  readonly plan?: { readonly file: string; readonly sha256: string };
  /** The command's flags, by their long names in camel case. */
  readonly flags: JsonObject;
}

/** Versions, as each names itself. */
export interface Software {
  readonly unwedge: string;
  readonly node: string;
  readonly os: string;
}

/** All that reporters and the journal know. Every event is plain JSON. `at` is ISO 8601 UTC, set by the runner's clock. */
export type RunEvent = { readonly at: string } & (
  | {
      readonly type: 'run.started';
      readonly run: string;
      readonly version: 1;
      readonly mode: RunMode;
      /** The run that a rollback takes back, or that a run goes on with; its change events carry that run's seq. */
      readonly of?: string;
      readonly playbooks: readonly string[];
      /** Left out where no later run can go on with this one. */
      readonly call?: RunCall;
      /** What has made the run. */
      readonly software?: Software;
      /** What a rollback needs to reach the hosts again: connection options without secrets, by host. */
      readonly hosts: readonly JsonObject[];
    }
  | {
      readonly type: 'play.started';
      readonly play: string;
      readonly hosts: readonly string[];
      readonly steps: number;
    }
  /** How a play's hosts will be taken; all plays' plans come before the first host is touched. */
  | {
      readonly type: 'rollout.planned';
      readonly play: string;
      /** Names of each batch's hosts, in order. A host that failed in an earlier play is left out when its batch comes. */
      readonly batches: readonly (readonly string[])[];
      readonly bounds: Bounds;
      /** Of a play with `spread_by`: each host's domain. */
      readonly domains?: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'batch.started';
      readonly play: string;
      /** Counts from 0. */
      readonly batch: number;
      readonly batches: number;
      readonly hosts: readonly string[];
    }
  /** What the health steps said of a batch's hosts: before it, after it, and once more after its soak. */
  | {
      readonly type: 'batch.health';
      readonly play: string;
      readonly batch: number;
      readonly moment: 'before' | 'after' | 'soaked';
      readonly hosts: number;
      readonly ill: readonly Illness[];
    }
  | { readonly type: 'batch.soaking'; readonly play: string; readonly batch: number; readonly seconds: number }
  | ({ readonly type: 'rollout.stopped' } & RolloutEnd)
  /** The canary is done and its play waits for `unwedge resume RUN`; `by` is `confirm`. */
  | ({ readonly type: 'rollout.paused' } & RolloutEnd)
  /** A script was sent to a host for the first time in this run, or is about to be; only journals are told. */
  | { readonly type: 'script.sent'; readonly path: string; readonly sha256: string }
  | { readonly type: 'host.started'; readonly host: string }
  /** Which machine a host is, as its first session says; again after each boot. */
  | { readonly type: 'host.identified'; readonly host: string; readonly machine: Machine }
  /** An audit's session: how it is kept from writing on the host, and what can't be seen from it. */
  | {
      readonly type: 'host.guarded';
      readonly host: string;
      readonly enforced: Enforcement;
      /** Why it is not `namespace`. */
      readonly why?: string;
      readonly unseen: readonly string[];
    }
  | {
      readonly type: 'step.started';
      readonly host: string;
      readonly step: string;
      readonly stepType: string;
      readonly index: number;
      readonly handler: boolean;
    }
  /** Check mode: what a run would change. Also in a run, before the first change of the step is applied. */
  | {
      readonly type: 'step.planned';
      readonly host: string;
      readonly step: string;
      readonly changes: readonly Change[];
      readonly notes: readonly string[];
      readonly findings?: readonly Finding[];
      readonly tells?: readonly string[];
      /** An audit that may not look everywhere: what could not be seen, and why. */
      readonly unseen?: readonly string[];
    }
  | ({
      readonly type: 'change.applying';
      readonly step: string;
      readonly stepType: string;
      readonly change: Change;
      /** Seconds that the step had; its undo gets as many. */
      readonly deadline?: number;
      /** Whether its step asked for another user (`become`), whom its undo needs, too. */
      readonly become?: boolean;
      /** A secret was taken out of this record: its undo would not restore what was there. */
      readonly scrubbed?: true;
    } & ChangeRef)
  | ({ readonly type: 'change.applied' } & ChangeRef)
  /** The answer is lost, or apply said it failed: the host may or may not be changed. */
  | ({ readonly type: 'change.in-doubt'; readonly reason: string } & ChangeRef)
  /** Refused by the host's own check: it is certain that nothing was done. */
  | ({ readonly type: 'change.drifted'; readonly reason: string } & ChangeRef)
  /** Refused by the host, for certain: it was not made. The step goes on without it. */
  | ({ readonly type: 'change.left'; readonly reason: string } & ChangeRef)
  | ({ readonly type: 'change.undoing' } & ChangeRef)
  | ({ readonly type: 'change.undone' } & ChangeRef)
  | ({
      readonly type: 'change.undo-failed';
      readonly reason: string;
    } & ChangeRef)
  | ({
      readonly type: 'change.irreversible';
      readonly reason: string;
    } & ChangeRef)
  /** Each step.started is followed by exactly one step.finished, or by host.unreachable or host.locked in its place. */
  | {
      readonly type: 'step.finished';
      readonly host: string;
      readonly step: string;
      readonly stepType: string;
      readonly status: StepStatus;
      /** It failed, and the host goes on: errors are ignored there, or a rescue follows. */
      readonly tolerated?: 'ignored' | 'rescued';
      readonly changes: number;
      readonly reason?: Reason;
      /** What it has left under the name that the playbook gives it. */
      readonly register?: JsonObject;
      /** A secret was in its register, which is not told. */
      readonly scrubbed?: true;
      readonly durationMs: number;
    }
  | {
      readonly type: 'host.unreachable';
      readonly host: string;
      readonly reason: Reason;
    }
  /** Another run holds the host's lock, and this one waits for it. */
  | { readonly type: 'host.waiting'; readonly host: string; readonly reason: Reason }
  /** Another run holds the host's lock: this one leaves the host alone. */
  | { readonly type: 'host.locked'; readonly host: string; readonly reason: Reason }
  | {
      readonly type: 'host.rollback';
      readonly host: string;
      /** The host has done it itself, unasked: nobody confirmed the run in time. */
      readonly by?: 'host';
      readonly outcome: RollbackOutcome;
    }
  | { readonly type: 'host.finished'; readonly outcome: HostOutcome }
  | {
      readonly type: 'run.interrupted';
      readonly signal: string;
      readonly times: number;
    }
  /** Behind the end of a run: what became of telling people of it, or a dead man's switch. */
  | {
      readonly type: 'run.notified';
      readonly by: string;
      /** What a command has printed. */
      readonly said?: string;
      readonly failure?: string;
    }
  | {
      readonly type: 'run.finished';
      readonly run: string;
      readonly recap: Recap;
    }
);

export type RunMode = 'check' | 'run' | 'rollback';

/** One kind of event. */
export type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** A RunEvent before the clock has set `at`. */
export type NewEvent = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never;
