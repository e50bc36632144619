import { inputError } from '../core/diagnostic.ts';
import type { RunRecord } from '../core/run-record.ts';
import { MASK } from '../core/secret.ts';
import { findRun, loadRun } from '../journal/index.ts';

/** The one run that `prefix` names; of one that goes on with another, that other one. @throws InputError */
export async function findWholeRun(stateDir: string, prefix: string): Promise<string> {
  const run = await findRun(stateDir, prefix);
  const { started } = (await loadRun(stateDir, run)).record;
  return started.mode === 'run' && started.of !== undefined ? started.of : run;
}

/** True where every host came well to its end. */
export const isThrough = ({ state, recap }: RunRecord): boolean =>
  state === 'finished' && (recap?.outcomes ?? []).every(({ status }) => status === 'ok' || status === 'changed');

/** Why no run can go on with this one that is not through; undefined where one can, if playbook and inventory are the same. */
export function whyNotResumable({ started, rollbacks }: RunRecord): { message: string; todo: string } | undefined {
  const { run, call, of, mode } = started;
  const anew = 'run the playbook anew: what is done already is found as it should be';
  if (mode === 'rollback')
    return { message: `run ${run} takes back run ${of}`, todo: `unwedge rollback ${of} takes back what is left` };
  const [rollback] = rollbacks.slice(-1);
  if (rollback !== undefined) return { message: `run ${run} was taken back by run ${rollback}`, todo: anew };
  if (call === undefined) return { message: `the journal of run ${run} does not tell how it was called`, todo: anew };
  if (JSON.stringify(call).includes(MASK))
    return { message: `run ${run} was called with a secret, which its journal does not keep`, todo: anew };
  return undefined;
}

/** @throws InputError with the reason */
export function mustBeResumable(record: RunRecord): void {
  const why = whyNotResumable(record);
  if (why !== undefined) throw inputError(why.message, why.todo);
}
