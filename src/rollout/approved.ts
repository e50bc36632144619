import type { Reason } from '../core/event.ts';
import type { RunPast } from '../core/past.ts';
import type { Play } from '../core/playbook.ts';
import type { ChangeRecord } from '../core/run-record.ts';
import { differences, firstNotApproved } from '../core/same-changes.ts';
import type { ForetoldStep } from '../core/saved-plan.ts';
import { ChangeFailed, type Failure } from '../engine/failure.ts';
import type { HostState } from '../engine/host-state.ts';
import type { CarryOut } from '../engine/step-run.ts';

/** What people have approved: these changes of these hosts, and no others. */
export interface ApprovedPlan {
  /** By host; none there: it is looked at, and not changed. */
  readonly hosts: ReadonlyMap<string, readonly ForetoldStep[]>;
  /** Why a host that is not among them is not part of the plan. */
  readonly whyNot: (host: string) => Reason;
}

/** What a dry run of today has come to on a host. */
export interface Foretelling {
  readonly steps: readonly ForetoldStep[];
  /** What ended it. */
  readonly failure: Failure | undefined;
}

/** Who may be changed in what way, and who has drifted from that since it was approved. */
export class Approval {
  readonly #plan: ApprovedPlan;
  readonly #places: ReadonlyMap<Play, number>;
  readonly #begun: ReadonlySet<string>;
  readonly #drifted = new Map<string, Failure>();
  /** Hosts that a dry run has just found as approved: no other host was changed since. */
  readonly #fresh = new Set<string>();

  /** `past`: of the run that goes on. A host that it has begun is no longer as it was when it was approved. */
  constructor(plan: ApprovedPlan, plays: readonly { readonly play: Play }[], past: RunPast | undefined) {
    this.#plan = plan;
    this.#places = new Map(plays.map(({ play }, place) => [play, place]));
    const begun = [...(past?.hosts ?? [])].filter(([, { steps, at }]) => steps.length > 0 || at !== undefined);
    this.#begun = new Set(begun.map(([host]) => host));
  }

  /** Why a host is not to be touched at all; undefined: nothing is known that says so. */
  endOf(host: string): Failure | undefined {
    if (!this.#plan.hosts.has(host)) return { status: 'interrupted', reason: this.#plan.whyNot(host) };
    return this.#drifted.get(host);
  }

  /** Takes in what a dry run of the whole run says of a host. @returns whether that has drifted */
  judge(host: string, now: Foretelling): boolean {
    if (this.endOf(host) !== undefined) return false;
    const failure = this.driftOf(host, [], now);
    if (failure !== undefined) this.#drifted.set(host, failure);
    else if (now.failure === undefined) this.#fresh.add(host);
    return failure !== undefined;
  }

  /** Whether one of these hosts must be looked at once more; asked as they come to their turn. */
  isStale(states: readonly HostState[]): boolean {
    const isStale = states.some(({ name }) => !this.#fresh.has(name));
    this.#fresh.clear();
    return isStale;
  }

  /**
   * Where what would be changed now is not what was approved; undefined: it is. `records`: what the run has changed there.
   * `play`: now is of this one only.
   */
  driftOf(host: string, records: readonly ChangeRecord[], now: Foretelling, play?: Play): Failure | undefined {
    const all = this.#approved(host);
    if (this.#begun.has(host) || records.length > 0) {
      const planned = now.steps.flatMap(({ changes }) => changes);
      const other = firstNotApproved(changesOf(all), [], planned);
      return other && drifted(`not approved: ${other.summary}`);
    }
    if (now.failure?.status === 'failed')
      return drifted(`it fails now, and did not when it was approved: ${now.failure.reason.message}`);
    if (now.failure !== undefined) return undefined;
    const differing = play === undefined ? differences(all, now.steps) : this.#differencesIn(play, all, now.steps);
    return differing.length === 0 ? undefined : drifted(someOf(differing));
  }

  /** Nothing is sent to a host that was not approved. @returns the same way to carry changes out, which ends a host that has drifted */
  guarding(carryOut: CarryOut): CarryOut {
    return async (work, planned) => {
      const { state, step } = work;
      const applied = state.log.records.filter((record) => record.state === 'applied').map(({ change }) => change);
      // What is tried again until it is as wished was approved with that.
      const made = step.retry === undefined ? applied : [];
      const other = firstNotApproved(changesOf(this.#approved(state.name)), made, planned.changes);
      if (other !== undefined) throw new ChangeFailed(drifted(`not approved: ${other.summary}`), undefined);
      return carryOut(work, planned);
    };
  }

  #differencesIn(play: Play, all: readonly ForetoldStep[], now: readonly ForetoldStep[]): readonly string[] {
    const place = this.#places.get(play) ?? -1;
    const own = all.filter((step) => step.play === place);
    return differences(
      own,
      now.map((step) => ({ ...step, play: place })),
    );
  }

  #approved(host: string): readonly ForetoldStep[] {
    return this.#plan.hosts.get(host) ?? [];
  }
}

const changesOf = (steps: readonly ForetoldStep[]) => steps.flatMap(({ changes }) => changes);

const drifted = (what: string): Failure => ({
  status: 'drifted',
  reason: {
    message: `it is not as it was when the plan was approved: ${what}`,
    todo: 'look at the host, make a plan anew (--check --out FILE), and have that approved',
  },
});

const TOLD = 3;

const someOf = (all: readonly string[]): string =>
  all.slice(0, TOLD).join('; ') + (all.length > TOLD ? `; and ${all.length - TOLD} more` : '');
