import { isDeepStrictEqual } from 'node:util';
import { journalMissing } from '../core/another-machine.ts';
import type { Change } from '../core/change.ts';
import type { PastPoint, PastStep } from '../core/past.ts';
import type { Play, Step } from '../core/playbook.ts';
import { type ChangeRecord, mayHaveBeenDone } from '../core/run-record.ts';
import { StepError } from '../core/step-type.ts';
import { confirmWithin } from './arming.ts';
import type { ChangeLog } from './change-log.ts';
import type { Failure } from './failure.ts';
import type { HostMemory } from './host-memory.ts';
import type { StepOutcome } from './step-outcome.ts';
import { type CarryOut, runStep, type StepRunner, type StepWork, type Way } from './step-run.ts';
import { RUNS_ONCE } from './step-way.ts';

/** A step that is over, as its outcome was. @throws StepError where what later steps need of it was not kept */
function outcomeOf(step: Step, past: PastStep): StepOutcome {
  const { status, tolerated, reason, register, scrubbed } = past;
  if (step.register !== undefined && scrubbed) throw notKept(step, step.register);
  const kept = register === undefined ? {} : { register };
  if (status === 'skipped') return { status, ...(reason === undefined ? {} : { why: reason.message }), ...kept };
  if (status !== 'failed') return { status, register: register ?? { changed: status === 'changed' } };
  const failure: Failure = { status, reason: reason ?? { message: 'it failed' } };
  return { status, failure, ...(tolerated === undefined ? {} : { tolerated }), ...kept };
}

const notKept = ({ name }: Step, register: string): StepError =>
  new StepError(`"${register}", which "${name}" has registered, held a secret, and the journal keeps none`, {
    todo: 'run the playbook anew: what is done already is found as it should be',
  });

/**
 * The way of a step that was begun before. The look at the host decides what of its changes is still to be made; those that
 * were made count as its own, so that its handlers run.
 */
export const resumed =
  (way: Way, point: PastPoint): Way =>
  async (runner, work) => {
    const begun = work.state.log.records.filter(({ seq }) => point.changes.includes(seq));
    const outcome = await way({ ...runner, carryOut: onceOnly(runner.carryOut, begun) }, work);
    if (outcome.status !== 'ok' && outcome.status !== 'changed') return outcome;
    await settle(work, begun);
    if (!begun.some(mayHaveBeenDone)) return outcome;
    return { status: 'changed', register: { ...outcome.register, changed: true } };
  };

const isOpen = ({ state }: ChangeRecord): boolean => state === 'applying' || state === 'in-doubt';

/** What a look can't see done must not be done a second time. */
function onceOnly(carryOut: CarryOut, begun: readonly ChangeRecord[]): CarryOut {
  const left = begun.filter((record) => mayHaveBeenDone(record) && record.state !== 'undone');
  const isMade = ({ may, resource }: Change): boolean => {
    const i = may ? left.findIndex((record) => record.change.resource === resource) : -1;
    const [record] = i < 0 ? [] : left.splice(i, 1);
    if (record !== undefined && isOpen(record)) throw inDoubt(record);
    return record !== undefined;
  };
  return async (work, planned) => {
    const changes = planned.changes.filter((change) => !isMade(change));
    return changes.length === 0 ? 0 : carryOut(work, { ...planned, changes });
  };
}

const inDoubt = ({ change }: ChangeRecord): StepError =>
  new StepError(`"${change.summary}" is in doubt: it was sent, and no look tells whether it was done`, {
    todo: 'see on the host; then run the playbook anew, or take the run back',
  });

/**
 * The step is as it should be. A change of it that nobody had to make again was made; one that was made again from where it
 * had begun had not been, and is taken back with that.
 */
async function settle({ state }: StepWork, begun: readonly ChangeRecord[]): Promise<void> {
  const since = state.log.records.filter(({ seq }) => seq > Math.max(...begun.map((one) => one.seq)));
  for (const { host, seq, change } of begun.filter(isOpen)) {
    const again = since.find((other) => other.change.resource === change.resource);
    if (again === undefined) await state.log.tell({ type: 'change.applied', host, seq });
    else if (isDeepStrictEqual(again.change.before, change.before))
      await state.log.tell({ type: 'change.drifted', host, seq, reason: MADE_AGAIN });
  }
}

const MADE_AGAIN = 'it was not done when its host was looked at again, and was made then';

/** Seconds for the answer. */
const ASK = 60;
const NEVER_CAME = 'it never came to the host';

/**
 * The host's own journal tells what became of the run's changes. What was made must still be there: a host that nobody
 * confirmed has taken it back itself. @throws StepError where it has
 */
async function mustStand({ state }: StepWork): Promise<void> {
  const { memory, log } = state;
  if (memory === undefined || memory.isChecked) return;
  memory.isChecked = true;
  for (const record of log.records.filter((one) => one.state === 'applied' || isOpen(one))) {
    const { host, seq, become } = record;
    const session = (await state.links.as(become).connection()).readOnly({ deadline: ASK });
    const became = await memory.ask(session, seq);
    // It was made, and the host does not know of it.
    if (became === 'not-done' && !isOpen(record) && !log.machine?.isForced) throw journalMissing(host);
    if (became === 'undone') await log.tell({ type: 'change.undone', host, seq });
    if (became === 'done' && isOpen(record)) await log.tell({ type: 'change.applied', host, seq });
    if (became === 'not-done' && isOpen(record))
      await log.tell({ type: 'change.drifted', host, seq, reason: NEVER_CAME });
  }
  if (log.records.some(({ state: now }) => now === 'undone')) throw takenBack();
  awaitConfirmation(memory, log);
}

/** The host may wait for a confirmation that died with the controller. */
function awaitConfirmation({ typeOf }: HostMemory, log: ChangeLog): void {
  for (const { change, stepType } of log.records.filter(mayHaveBeenDone)) {
    const type = typeOf(stepType);
    if (type !== undefined) log.armed = Math.max(log.armed, confirmWithin(log, change, type.undo, typeOf));
  }
}

const takenBack = (): StepError =>
  new StepError(
    'what the run has changed here was taken back since: by the host itself, which nobody confirmed, or by undo.sh',
    {
      todo: 'run the playbook anew on it',
    },
  );

/** A step that an earlier part of the run is through with, as its outcome was; nobody is told of it again. Undefined: it is still to be taken. */
export async function takeOver(runner: StepRunner, work: StepWork, play: Play): Promise<StepOutcome | undefined> {
  const { state, step, index } = work;
  try {
    await mustStand(work);
    const past = state.memory?.take(play, index, step);
    if (past === undefined) return undefined;
    const outcome = outcomeOf(step, past);
    const isOthers = past.status === 'skipped' && past.reason?.message.startsWith(RUNS_ONCE);
    return step.runOnce && !isOthers ? await runner.once.settle(step, state.name, Promise.resolve(outcome)) : outcome;
  } catch (error) {
    // It is told where the host stands now.
    return runStep(runner, work, () => Promise.reject(error));
  }
}
