import { printable } from '../core/printable.ts';
import type { ChangeRecord, RunRecord } from '../core/run-record.ts';
import { findRun, listRuns, loadRun } from '../journal/index.ts';
import { stateDir } from './state-dir.ts';

/** `unwedge runs`: newest first, a line each. */
export async function listAll(flags: { readonly stateDir?: string }): Promise<void> {
  const dir = stateDir(flags);
  const runs = await listRuns(dir);
  if (runs.length === 0) console.log(`no runs in ${dir}`);
  for (const run of runs) {
    const { record } = await loadRun(dir, run);
    console.log(`${run}  ${summary(record)}`);
  }
}

/** `unwedge runs show RUN`: host by host, each change and what became of it. */
export async function show(prefix: string, flags: { readonly stateDir?: string }): Promise<void> {
  const dir = stateDir(flags);
  const { record, torn } = await loadRun(dir, await findRun(dir, prefix));
  const { started } = record;
  console.log(`run ${started.run}, ${started.at}, ${summary(record)}`);
  if (started.of !== undefined) console.log(`takes back run ${started.of}`);
  if (torn) console.log('its journal ends in the middle of a line: the controller died while writing');
  for (const host of record.hosts) {
    console.log(`\n${printable(host.host)}`);
    for (const step of host.steps)
      console.log(`  ${step.status.padEnd(11)}  ${printable(step.step)}${because(step.reason?.message)}`);
    for (const change of host.changes) console.log(`  ${change.state.padEnd(11)}    ${changeText(change)}`);
  }
  for (const rollback of record.rollbacks) console.log(`\ntaken back by run ${rollback}`);
}

const changeText = ({ change, reason }: ChangeRecord): string => `${printable(change.summary)}${because(reason)}`;
const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${printable(reason)}`);

function summary({ started, state, recap, hosts }: RunRecord): string {
  const counts = new Map<string, number>();
  for (const { status } of recap?.outcomes ?? []) counts.set(status, (counts.get(status) ?? 0) + 1);
  const told = [...counts].map(([status, n]) => `${n} ${status}`).join(', ');
  const changes = hosts.reduce((sum, host) => sum + host.changes.length, 0);
  return `${started.mode}  ${state}  ${told || `${hosts.length} hosts begun`}  ${changes} changes  ${started.playbooks.map((file) => printable(file)).join(' ')}`;
}
