import type { HostLog, HostUndo, Verdict } from '../core/host-log.ts';
import { type ChangeRecord, leftToUndo } from '../core/run-record.ts';
import { SessionError } from '../core/session.ts';
import type { EventStream } from './event-stream.ts';
import { type Failure, failureOf } from './failure.ts';
import type { HostLinks } from './host-links.ts';
import type { HostState } from './host-state.ts';

/** Seconds for the answer: a host that takes itself back answers when it is through. */
const DEADLINE = 900;

/**
 * Tells an armed host, over a new connection, that all is well. @returns why the host has failed after all: it did not answer, or
 * it was too late and the host has taken the run back itself, which is told then.
 */
export async function confirmHost(stream: EventStream, state: HostState): Promise<Failure | undefined> {
  const { log, links } = state;
  const { host, armed: within } = log;
  if (host === undefined || within === 0) return undefined;
  try {
    const verdict = await asked(host, links).catch((error: unknown) => {
      // It may have been confirmed, and only its answer be lost; asked again, it says so.
      if (error instanceof SessionError && error.failure === 'lost') return asked(host, links);
      throw error;
    });
    log.armed = 0;
    if (verdict.switch === 'confirmed') return undefined;
    if (verdict.switch === 'unarmed') return failed(UNARMED, 'look into /var/lib/unwedge/runs on the host');
    const isWhole = await tellUndone(stream, state, verdict.undone);
    if (!isWhole)
      return failed(
        `nobody confirmed it within ${within} s, and ${NOT_WHOLE}`,
        'unwedge rollback takes back what is left',
      );
    return failed(`the host has taken the run back itself: nobody confirmed it within ${within} s`);
  } catch (error) {
    return failureOf(error);
  }
}

/** The old connection may live on where a new one has no chance. */
async function asked(host: HostLog, links: HostLinks): Promise<Verdict> {
  await links.reset();
  return host.confirm((await links.usual.connection()).readWrite({ deadline: DEADLINE }));
}

/** What an armed host comes to that failed and was not put back: nobody confirms it. */
export function leftUnconfirmed({ log, rollback }: HostState, { status, reason }: Failure): Failure {
  if (log.armed === 0 || rollback !== undefined) return { status, reason };
  const message = `${reason.message}; it is not confirmed, so the host takes the run back itself within ${log.armed} s`;
  return { status, reason: { ...reason, message } };
}

const UNARMED = "its dead-man's switch is gone: somebody has taken the host's journal of this run away";

const failed = (message: string, todo = 'what was done there is in the journal on the host, too'): Failure => ({
  status: 'failed',
  reason: { message, todo },
});

const NOT_WHOLE = 'the host could not roll all of the run back itself';

/** What the host has done by itself, as if it had been done from here. False: something is left there. */
async function tellUndone(
  stream: EventStream,
  state: HostState,
  undone: ReadonlyMap<number, HostUndo>,
): Promise<boolean> {
  const { log, name } = state;
  const of = (kind: HostUndo['kind']) => log.records.filter(({ seq }) => undone.get(seq)?.kind === kind);
  for (const { seq } of log.records) {
    const undo = undone.get(seq);
    if (undo === undefined) continue;
    const ref = { host: name, seq };
    if (undo.kind === 'undone' || undo.wasDone) await log.tell({ type: 'change.undone', ...ref });
    if (undo.kind !== 'undone') await log.tell({ type: `change.${undo.kind}`, ...ref, reason: undo.reason });
  }
  // undo.sh that can't even read its journal says nothing of any change.
  const silent = log.records.filter((record) => leftToUndo(record) && record.state !== 'undo-failed');
  for (const { seq } of silent) await log.tell({ type: 'change.undo-failed', host: name, seq, reason: NOT_WHOLE });
  const named = ({ change, reason = '' }: ChangeRecord) => ({ summary: change.summary, reason });
  const outcome = {
    undone: of('undone').map(({ change }) => change.summary),
    irreversible: of('irreversible').map(named),
    failed: log.records.filter(({ state }) => state === 'undo-failed').map(named),
  };
  state.putBack(outcome, undefined);
  await stream.tell({ type: 'host.rollback', host: name, by: 'host', outcome });
  return outcome.failed.length === 0;
}
