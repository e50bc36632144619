import { applied } from '../core/applied.ts';
import type { Change } from '../core/change.ts';
import type { RollbackOutcome } from '../core/event.ts';
import type { ScriptResult } from '../core/host-script.ts';
import type { ChangeRecord } from '../core/run-record.ts';
import { SessionError } from '../core/session.ts';
import type { Undo, UndoCall } from '../core/step-type.ts';
import type { ChangeLog } from './change-log.ts';
import { type Failure, failureOf } from './failure.ts';
import type { HostLink } from './host-link.ts';
import type { HostLinks } from './host-links.ts';
import { planUndo, restoredBefore, type StepTypeOf } from './undo-plan.ts';

export interface HostUndone {
  readonly outcome: RollbackOutcome;
  /** What ended the undo early: the host was gone, or a hard stop. */
  readonly cutOff: Failure | undefined;
}

/**
 * Takes back all that is left of a host's changes: restores newest first, then activates again what was restored.
 * A failed undo holds up nothing but what depends on it. Never rejects; what could not be done is in the outcome.
 */
export async function undoHost(log: ChangeLog, links: HostLinks, typeOf: StepTypeOf): Promise<HostUndone> {
  const undo = new HostUndo(log, links, typeOf);
  const plan = planUndo(log.records, typeOf);
  for (const record of plan.restore) await undo.restore(record);
  for (const { record, covers } of plan.repeats) await undo.activate(record, [...covers, record]);
  await undo.disarm();
  return undo.result();
}

interface Named {
  readonly summary: string;
  readonly reason: string;
}

class HostUndo {
  readonly #log: ChangeLog;
  readonly #links: HostLinks;
  readonly #typeOf: StepTypeOf;
  /** Set once nothing more can be done on this host: the rest is not tried. */
  #cutOff: Failure | undefined;
  readonly #undone: string[] = [];
  readonly #irreversible: Named[] = [];
  readonly #failed: Named[] = [];

  constructor(log: ChangeLog, links: HostLinks, typeOf: StepTypeOf) {
    this.#log = log;
    this.#links = links;
    this.#typeOf = typeOf;
  }

  result(): HostUndone {
    const outcome = { undone: this.#undone, irreversible: this.#irreversible, failed: this.#failed };
    return { outcome, cutOff: this.#cutOff };
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
    else if (undo?.kind === 'repeat') await this.#attempt(records, undo.call(record.change));
  }

  /** All is back: the host need not do it. Where that can't be told, it looks itself, and finds nothing left. */
  async disarm(): Promise<void> {
    const { host, armed } = this.#log;
    if (host === undefined || armed === 0 || this.#failed.length > 0) return;
    try {
      await host.confirm((await this.#links.usual.connection()).readWrite({ deadline: DEFAULT_DEADLINE }));
      this.#log.armed = 0;
    } catch (error) {
      this.#cutOff ??= failureOf(error);
    }
  }

  /** Does one undo that stands for all of `records`; the last of them names it. */
  async #attempt(records: readonly ChangeRecord[], call: UndoCall): Promise<void> {
    const failure = this.#refusal(records) ?? (await this.#failureOf(records, call));
    for (const record of records) {
      if (failure === undefined) await this.#done(record);
      else await this.#fail(record, failure);
    }
  }

  #refusal(records: readonly ChangeRecord[]): string | undefined {
    return this.#cutOff?.reason.message ?? (records.some(({ scrubbed }) => scrubbed) ? SCRUBBED : undefined);
  }

  async #failureOf(records: readonly ChangeRecord[], call: UndoCall): Promise<string | undefined> {
    try {
      for (const { host, seq } of records) await this.#log.commit({ type: 'change.undoing', host, seq });
      const result = await this.#send(call, this.#links.as(records.at(-1)?.become), records);
      applied(result, { summary: call.summary });
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.status !== 'failed') this.#cutOff = failure;
      return failure.reason.message;
    }
  }

  /** An undo compares before it restores, so after a lost connection it can be sent once more over a new one. */
  async #send(call: UndoCall, link: HostLink, records: readonly ChangeRecord[]): Promise<ScriptResult> {
    const deadline = this.#deadlineOf(records);
    const seqs = records.map(({ seq }) => seq);
    const send = async () => {
      const plain = (await link.connection()).readWrite({ deadline });
      const session = this.#log.host?.undoing(plain, seqs, deadline) ?? plain;
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

  #deadlineOf(records: readonly ChangeRecord[]): number {
    return Math.max(...records.map((r) => r.deadline ?? this.#typeOf(r.stepType)?.deadline ?? DEFAULT_DEADLINE));
  }

  async #done({ host, seq, change }: ChangeRecord): Promise<void> {
    this.#undone.push(change.summary);
    await this.#log.tell({ type: 'change.undone', host, seq });
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

const DEFAULT_DEADLINE = 60;
const NOTHING_TO_ACTIVATE = 'nothing that was changed before it is to be activated again';
const NOTHING_RESTORED = 'not done again: nothing that it would activate was restored';
const SCRUBBED = 'a secret was taken out of its record, so what was there before is not known';
