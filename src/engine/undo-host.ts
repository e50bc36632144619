import { isAnotherMachine } from '../core/another-machine.ts';
import { applied } from '../core/applied.ts';
import type { Change } from '../core/change.ts';
import type { RollbackOutcome } from '../core/event.ts';
import { probeScript, type ScriptResult } from '../core/host-script.ts';
import type { ChangeRecord } from '../core/run-record.ts';
import { type Connection, SessionError } from '../core/session.ts';
import type { Undo, UndoCall } from '../core/step-type.ts';
import type { ChangeLog } from './change-log.ts';
import { type Failure, failureOf, hasDrifted } from './failure.ts';
import type { HostLink } from './host-link.ts';
import type { HostLinks } from './host-links.ts';
import { isDueAgain, planUndo, restoredBefore, type StepTypeOf } from './undo-plan.ts';

export interface HostUndone {
  readonly outcome: RollbackOutcome;
  /** What ended the undo early: the host was gone, or a hard stop. */
  readonly cutOff: Failure | undefined;
  /** An undo was tried and did not work: what somebody has changed since, and another machine, are no such thing. */
  readonly isBroken: boolean;
}

/**
 * Takes back all that is left of a host's changes: restores newest first, then activates again what was restored.
 * A failed undo holds up nothing but what depends on it. Never rejects; what could not be done is in the outcome.
 */
export async function undoHost(
  log: ChangeLog,
  links: HostLinks,
  typeOf: StepTypeOf,
  way: UndoWay = REALLY,
): Promise<HostUndone> {
  const undo = new HostUndo(log, links, typeOf, way);
  const plan = planUndo(log.records, typeOf);
  for (const record of plan.restore) await undo.restore(record);
  for (const { record, covers } of plan.repeats) await undo.activate(record, [...covers, record]);
  await undo.disarm();
  return undo.result();
}

/** Whether it is done, or only looked at what it would come to. */
export interface UndoWay {
  readonly isPreview: boolean;
  /** Hears of what would be undone; where it is done, of an activation and what it interrupts, right before. */
  readonly onUndo?: (record: ChangeRecord, planned: Change) => Promise<void>;
}

const REALLY: UndoWay = { isPreview: false };

/** Changes whose undo is one. */
interface SentAsOne {
  readonly records: readonly ChangeRecord[];
  /** Activations that are due once more after it. */
  readonly again: readonly ChangeRecord[];
}

interface Named {
  readonly summary: string;
  readonly reason: string;
}

class HostUndo {
  readonly #log: ChangeLog;
  readonly #links: HostLinks;
  readonly #typeOf: StepTypeOf;
  readonly #way: UndoWay;
  /** Set once nothing more can be done on this host: the rest is not tried. */
  #cutOff: Failure | undefined;
  #isBroken = false;
  readonly #undone: string[] = [];
  readonly #irreversible: Named[] = [];
  readonly #failed: Named[] = [];

  constructor(log: ChangeLog, links: HostLinks, typeOf: StepTypeOf, way: UndoWay) {
    this.#log = log;
    this.#links = links;
    this.#typeOf = typeOf;
    this.#way = way;
  }

  result(): HostUndone {
    const outcome = { undone: this.#undone, irreversible: this.#irreversible, failed: this.#failed };
    return { outcome, cutOff: this.#cutOff, isBroken: this.#isBroken };
  }

  async restore(record: ChangeRecord): Promise<void> {
    const undo: Undo<Change> | undefined = this.#typeOf(record.stepType)?.undo;
    const irreversible = undo && whyIrreversible(undo, record.change);
    if (irreversible !== undefined) await this.#name(record, irreversible);
    else if (undo?.kind === 'reverse') await this.#attempt([record], undo.call(record.change));
    else
      await this.#fail(
        record,
        `this unwedge knows no undo for step type "${record.stepType}"; where a plugin has it: --plugin FILE`,
      );
  }

  /** Repeats one activation; `records` are all those that it stands for. */
  async activate(record: ChangeRecord, records: readonly ChangeRecord[]): Promise<void> {
    const undo: Undo<Change> | undefined = this.#typeOf(record.stepType)?.undo;
    const before = restoredBefore(record, this.#log.records, this.#typeOf);
    if (before === 'nothing-to') for (const each of records) await this.#name(each, NOTHING_TO_ACTIVATE);
    else if (before === 'failed') for (const each of records) await this.#fail(each, NOTHING_RESTORED);
    else if (undo?.kind === 'repeat') await this.#attempt(records, undo.call(record.change), undo);
  }

  /** All is back: the host need not do it. Where that can't be told, it looks itself, and finds nothing left. */
  async disarm(): Promise<void> {
    const { host, armed } = this.#log;
    if (host === undefined || armed === 0 || this.#failed.length > 0 || this.#way.isPreview) return;
    try {
      await host.confirm((await this.#links.usual.connection()).readWrite({ deadline: DEFAULT_DEADLINE }));
      this.#log.armed = 0;
    } catch (error) {
      this.#cutOff ??= failureOf(error);
    }
  }

  /** Does one undo that stands for all of `records`; the last of them names it. */
  async #attempt(records: readonly ChangeRecord[], call: UndoCall, activation?: Activation): Promise<void> {
    const told: { summary: string | undefined } = { summary: undefined };
    const again = activation ? records.filter((record) => isDueAgain(record, this.#log.records, this.#typeOf)) : [];
    const undos = { records, again };
    const failure = this.#refusal(records) ?? (await this.#failureOf(undos, call, activation, told));
    for (const record of records) {
      if (failure !== undefined) await this.#fail(record, failure);
      else await this.#done(record, again.includes(record), told.summary);
    }
  }

  #refusal(records: readonly ChangeRecord[]): string | undefined {
    return this.#cutOff?.reason.message ?? (records.some(({ scrubbed }) => scrubbed) ? SCRUBBED : undefined);
  }

  async #failureOf(
    undos: SentAsOne,
    call: UndoCall,
    activation: Activation | undefined,
    told: { summary: string | undefined },
  ): Promise<string | undefined> {
    const { records } = undos;
    const last = records.at(-1);
    if (last === undefined) return undefined;
    const link = this.#links.as(last.become);
    try {
      const planned = await this.#planned(last, call, activation, link);
      told.summary = activation?.interrupts && this.#way.onUndo && planned.summary;
      if (!this.#way.isPreview && activation?.interrupts) await this.#way.onUndo?.(last, planned);
      for (const { host, seq } of records) await this.#log.commit({ type: 'change.undoing', host, seq });
      applied(await this.#send(call, link, undos), { summary: call.summary });
      if (this.#way.isPreview) await this.#way.onUndo?.(last, planned);
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      this.#isBroken ||= !hasDrifted(error) && !isAnotherMachine(error);
      if (failure.status !== 'failed' || isAnotherMachine(error)) this.#cutOff = failure;
      return failure.reason.message;
    }
  }

  /** The undo as a change of its own: from what is there to what was. */
  async #planned(
    { change }: ChangeRecord,
    call: UndoCall,
    activation: Activation | undefined,
    link: HostLink,
  ): Promise<Change> {
    const { resource, risk } = change;
    if (activation === undefined) {
      const { before, after } = change;
      const planned = { resource, risk: 'none', summary: call.summary, before: after, after: before } as const;
      return call.diff === undefined ? planned : { ...planned, diff: call.diff };
    }
    const planned = { resource, risk, summary: call.summary, before: null, after: null };
    if (activation.interrupts === undefined || this.#way.onUndo === undefined) return planned;
    try {
      const session = (await link.connection()).readOnly({ deadline: DEFAULT_DEADLINE });
      return { ...planned, ...(await activation.interrupts(session, change)) };
    } catch (error) {
      if (error instanceof SessionError && error.failure !== 'lost' && error.failure !== 'deadline') throw error;
      // A docker that hangs is restarted, too.
      if (error instanceof SessionError) await link.reset();
      const why = failureOf(error).reason.message;
      return { ...planned, summary: `${call.summary}: what it stops is not known: ${why}`, stops: 'unknown' };
    }
  }

  /** An undo compares before it restores, so after a lost connection it can be sent once more over a new one. */
  async #send(call: UndoCall, link: HostLink, { records, again }: SentAsOne): Promise<ScriptResult> {
    const deadline = this.#deadlineOf(records);
    const seqsOf = (some: readonly ChangeRecord[]) => some.map(({ seq }) => seq);
    const seqs = seqsOf(records);
    const send = async () => {
      const connection = await link.connection();
      const mustKnow = this.#mustKnow(records, connection);
      if (this.#way.isPreview) {
        const plain = connection.readOnly({ deadline });
        const session = this.#log.host?.looking(plain, { seqs, mustKnow }) ?? plain;
        return call.look ? session.probe(call.look, call.args) : session.probe(ALWAYS);
      }
      const plain = connection.readWrite({ deadline });
      const session = this.#log.host?.undoing(plain, { seqs, again: seqsOf(again), deadline, mustKnow }) ?? plain;
      return session.run(call.script, call.args);
    };
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof SessionError && error.failure === 'lost')) throw error;
      await link.reset();
      return send();
    }
  }

  /** Whether the host must have a journal of these changes: where it has said that it made one, or may be another machine. */
  #mustKnow(records: readonly ChangeRecord[], { machine }: Connection): boolean {
    if (this.#log.machine?.isForced) return false;
    return records.some(({ wasApplied }) => wasApplied) || this.#log.machine?.isSame(machine) !== true;
  }

  #deadlineOf(records: readonly ChangeRecord[]): number {
    return Math.max(...records.map((r) => r.deadline ?? this.#typeOf(r.stepType)?.deadline ?? DEFAULT_DEADLINE));
  }

  async #done({ host, seq, change }: ChangeRecord, isDue: boolean, summary = change.summary): Promise<void> {
    this.#undone.push(isDue ? `${summary}; once more when the rest is back` : summary);
    await this.#log.tell({ type: 'change.undone', host, seq });
    if (isDue) await this.#log.tell({ type: 'change.undo-failed', host, seq, reason: DUE_AGAIN });
  }

  async #fail({ host, seq, change }: ChangeRecord, reason: string): Promise<void> {
    this.#failed.push({ summary: change.summary, reason });
    await this.#log.tell({ type: 'change.undo-failed', host, seq, reason });
  }

  async #name({ host, seq, change }: ChangeRecord, reason: string): Promise<void> {
    this.#irreversible.push({ summary: change.summary, reason });
    await this.#log.tell({ type: 'change.irreversible', host, seq, reason });
  }
}

function whyIrreversible(undo: Undo<Change>, change: Change): string | undefined {
  if (undo.kind === 'irreversible') return undo.reason;
  return undo.kind === 'reverse' ? undo.irreversible?.(change) : undefined;
}

type Activation = Extract<Undo<Change>, { readonly kind: 'repeat' }>;

/** The look of an undo that has none. */
const ALWAYS = probeScript('hostlog/probe-undo.sh');
const DEFAULT_DEADLINE = 60;
const NOTHING_TO_ACTIVATE = 'nothing that was changed before it is to be activated again';
const DUE_AGAIN = 'done again for what is back; it is due once more when the rest is';
const NOTHING_RESTORED = 'not done again: nothing that it would activate was restored';
const SCRUBBED = 'a secret was taken out of its record, so what was there before is not known';
