import { runLock } from '../app/locks.ts';
import type { ReportFileFlags } from '../app/options.ts';
import { reportPast } from '../app/report-past.ts';
import { isThrough, whyNotResumable } from '../app/resumable.ts';
import { stateDir } from '../app/state-dir.ts';
import { InputError } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { heldBy } from '../core/lock.ts';
import { printable } from '../core/printable.ts';
import { type ChangeRecord, mayHaveBeenDone, type RunRecord } from '../core/run-record.ts';
import { findRun, loadRun, loadRuns, lockHolder } from '../journal/index.ts';

/** `unwedge runs`: newest first, a line each. */
export async function listAll(flags: { readonly stateDir?: string }): Promise<void> {
  const dir = stateDir(flags);
  const runs = await loadRuns(dir);
  if (runs.length === 0) console.log(`no runs in ${dir}`);
  for (const { run, loaded } of runs) {
    const holder = await lockHolder(await runLock(dir, run));
    if (!(loaded instanceof InputError)) console.log(`${run}  ${summary(loaded.record, holder !== undefined)}`);
    // It is just being begun, or its controller died before its beginning.
    else
      console.log(
        `${run}  ${holder ? 'at work' : loaded.diagnostics.map(({ message }) => printable(message).replace(`run ${run} `, '')).join('; ')}`,
      );
  }
}

/** `unwedge runs show RUN`: host by host, each change and what became of it. */
export async function show(prefix: string, flags: ReportFileFlags & { readonly stateDir?: string }): Promise<ExitCode> {
  const dir = stateDir(flags);
  const run = await findRun(dir, prefix);
  const { record, torn } = await loadRun(dir, run);
  const holder = await lockHolder(await runLock(dir, run));
  const { started } = record;
  console.log(`run ${started.run}, ${started.at}, ${summary(record, holder !== undefined)}`);
  if (started.of !== undefined)
    console.log(`${started.mode === 'run' ? 'goes on with' : 'takes back'} run ${started.of}`);
  if (torn && holder === undefined)
    console.log('its journal ends in the middle of a line: the controller died while writing');
  for (const host of record.hosts) {
    console.log(`\n${printable(host.host)}`);
    for (const step of host.steps)
      console.log(
        `  ${(step.tolerated ?? step.status).padEnd(11)}  ${printable(step.step)}${because(step.reason?.message)}`,
      );
    for (const change of host.changes) console.log(`  ${change.state.padEnd(11)}    ${changeText(change)}`);
  }
  for (const { by, failure, said } of record.notified ?? [])
    console.log(`\n${by}: ${failure === undefined ? 'notified' : 'not notified'}${because(failure ?? said)}`);
  for (const resume of record.resumes) console.log(`\nrun ${resume} went on with it`);
  for (const rollback of record.rollbacks) console.log(`\ntaken back by run ${rollback}`);
  console.log(`\n${outlook(record, holder === undefined ? undefined : heldBy(holder))}`);
  return reportPast(dir, run, holder !== undefined, flags);
}

/** What can be done with the run. */
function outlook(record: RunRecord, atWork: string | undefined): string {
  const { run, of, mode } = record.started;
  if (atWork !== undefined) return `at work: ${atWork}`;
  if (mode === 'run' && of !== undefined) return `part of run ${of}: unwedge runs show ${of}`;
  if (mode === 'run' && isThrough(record)) return 'through on all of its hosts';
  const why = whyNotResumable(record);
  return why === undefined ? `go on with it: unwedge resume ${run}` : `${why.message}: ${why.todo}`;
}

/** One change, and why it is not as it should be. */
export const changeText = ({ change, reason }: ChangeRecord): string =>
  `${printable(change.summary)}${because(reason)}`;
const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${printable(reason)}`);

function summary({ started, state, recap, hosts }: RunRecord, isAtWork: boolean): string {
  const counts = new Map<string, number>();
  for (const { status } of recap?.outcomes ?? []) counts.set(status, (counts.get(status) ?? 0) + 1);
  const told = [...counts].map(([status, n]) => `${n} ${status}`).join(', ');
  const changes = hosts.reduce((sum, host) => sum + host.changes.filter(mayHaveBeenDone).length, 0);
  const now = isAtWork ? 'at work' : recap?.stopped === 'confirm' ? 'paused' : state;
  return `${started.mode}  ${now}  ${told || `${hosts.length} hosts begun`}  ${changes} changes  ${started.playbooks.map((file) => printable(file)).join(' ')}`;
}
