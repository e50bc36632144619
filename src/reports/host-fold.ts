import type { Change } from '../core/change.ts';
import type { HostOutcome, RunEvent } from '../core/event.ts';
import type { HostReport, Report, ReportedChange } from '../core/report.ts';
import { type ChangeRecord, changesAfter, leftToUndo } from '../core/run-record.ts';

interface PlannedChange {
  readonly step: string;
  readonly stepType: string;
  readonly change: Change;
}

type End = Pick<HostReport, 'status' | 'reason' | 'undoable'>;
type HostEvent = Extract<RunEvent, { readonly host: string }>;

/** What the events of one host come to. */
export class HostFold {
  groups: readonly string[] | undefined;
  readonly #kind: Report['kind'];
  #begun = false;
  #looked = false;
  #end: End | undefined;
  /** What it was before a later run that took it back. */
  #before: End | undefined;
  #guard: Pick<HostReport, 'enforced' | 'why'> = {};
  #unseen: readonly string[] = [];
  #changes: readonly ChangeRecord[];
  #planned: readonly PlannedChange[] = [];
  #step = { step: '', stepType: '' };

  /** @param earlier of a rollback: the host's changes of the run that it takes back */
  constructor(kind: Report['kind'], earlier: readonly ChangeRecord[] = []) {
    this.#kind = kind;
    this.#changes = earlier.filter(leftToUndo);
  }

  add(event: HostEvent): void {
    switch (event.type) {
      case 'host.started':
        this.#begun = true;
        this.#before = this.#end;
        this.#end = undefined;
        return;
      case 'host.guarded':
        this.#guard = { enforced: event.enforced, ...(event.why === undefined ? {} : { why: event.why }) };
        this.#notSeen(event.unseen);
        return;
      case 'host.unreachable':
      case 'host.locked':
        this.#end = { status: event.type === 'host.locked' ? 'locked' : 'unreachable', reason: event.reason };
        return;
      case 'step.started':
        this.#step = event;
        return;
      case 'step.planned':
        this.#looked ||= event.findings !== undefined;
        this.#notSeen(event.unseen);
        this.#plan(
          event.changes.map((change) => ({ step: event.step, stepType: this.#stepTypeOf(event.step), change })),
        );
        return;
      case 'step.finished':
        // What it has planned and not begun is left only where it failed.
        if (this.#isReal && event.status !== 'failed') this.#forget(({ step }) => step === event.step);
        return;
      case 'host.identified':
      case 'host.waiting':
      case 'host.rollback':
        return;
      case 'change.applying':
        this.#forget(same({ ...event, change: event.change }));
        this.#changes = changesAfter(this.#changes, event);
        return;
      default:
        this.#changes = changesAfter(this.#changes, event);
    }
  }

  /** @param isLater a run of its own has taken the host back: where it had nothing to do, all is as it was */
  end({ status, reason, undoable }: HostOutcome, isLater: boolean): void {
    const because = { ...(reason && { reason }), ...(undoable !== undefined && { undoable }) };
    if (!isLater) this.#end = { status, ...because };
    else if (status === 'changed') this.#end = { status: 'rolled-back', ...because };
    else if (status === 'ok' || status === 'not-attempted') this.#end ??= this.#before;
    else this.#end = { status, ...because };
  }

  report(host: string, found: Pick<HostReport, 'findings' | 'gone'>): HostReport {
    const end: End = this.#end ?? { status: this.#begun ? 'interrupted' : 'not-attempted' };
    const groups = this.groups === undefined ? {} : { groups: this.groups };
    return {
      host,
      ...groups,
      ...end,
      ...this.#guard,
      ...(this.#looked ? {} : { unchecked: true }),
      unseen: this.#unseen,
      ...found,
      changes: [...this.#changes.map(made), ...this.#open()],
    };
  }

  /** Changes are made, not only planned. */
  get #isReal(): boolean {
    return this.#kind === 'run' || this.#kind === 'rollback';
  }

  /** Several steps may tell the same. */
  #notSeen(unseen: readonly string[] = []): void {
    this.#unseen = [...new Set([...this.#unseen, ...unseen])];
  }

  /** Another attempt of a step plans the same again. */
  #plan(changes: readonly PlannedChange[]): void {
    const news = changes.filter((one) => !this.#isReal || !this.#planned.some(same(one)));
    this.#planned = [...this.#planned, ...news];
  }

  #forget(isMeant: (planned: PlannedChange) => boolean): void {
    this.#planned = this.#planned.filter((planned) => !isMeant(planned));
  }

  #stepTypeOf = (step: string): string => (this.#step.step === step ? this.#step.stepType : step);

  #open(): readonly ReportedChange[] {
    return this.#planned.map(({ step, stepType, change }) => ({
      ...{ step, stepType, summary: change.summary, risk: change.risk, state: 'planned' },
      ...(change.may ? { may: true } : {}),
      ...downOf(change),
    }));
  }
}

const same =
  (a: PlannedChange) =>
  (b: PlannedChange): boolean =>
    a.step === b.step && a.change.resource === b.change.resource && a.change.summary === b.change.summary;

const downOf = ({ down }: Change): Pick<ReportedChange, 'down'> => (down === undefined ? {} : { down });

const made = ({ step, stepType, change, state, reason }: ChangeRecord): ReportedChange => ({
  ...{ step, stepType, summary: change.summary, risk: change.risk, state },
  ...downOf(change),
  ...(reason === undefined ? {} : { reason }),
});
