import { type CopiesFlags, runOnHosts } from '../app/host-copies.ts';
import type { ReportFileFlags } from '../app/options.ts';
import { inputError } from '../core/diagnostic.ts';
import { printable } from '../core/printable.ts';
import { leftToUndo } from '../core/run-record.ts';
import type { HostCopy } from '../hostlog/copy.ts';
import { changeText } from './runs.ts';

/** `unwedge runs show RUN -i INVENTORY`: what the hosts themselves know of a run, whoever made it. */
export async function showOnHosts(prefix: string, flags: CopiesFlags & ReportFileFlags): Promise<void> {
  if (flags.report?.length)
    throw inputError('hosts keep no findings: --report goes by the journal of this machine', 'leave -i out');
  const { record, copies } = await runOnHosts(prefix, flags);
  const { run, at, playbooks } = record.started;
  console.log(`run ${run}, ${at}, as its hosts have it: ${playbooks.map((file) => printable(file)).join(' ')}`);
  for (const { host, changes } of record.hosts) {
    const own = copies.filter((copy) => copy.host === host);
    console.log(`\n${printable(host)}${switchText(own, changes.some(leftToUndo))}`);
    for (const change of changes) console.log(`  ${change.state.padEnd(11)}    ${changeText(change)}`);
    for (const { user, path } of own)
      console.log(`  to roll back there, as ${printable(user)}: sh ${printable(path)}/undo.sh`);
  }
  console.log(`\nto roll back: unwedge rollback ${run} -i INVENTORY`);
}

function switchText(copies: readonly HostCopy[], isLeft: boolean): string {
  const switches = copies.map((copy) => copy.switch);
  if (switches.includes('armed')) return ': waits to be confirmed, and takes the run back itself without';
  if (switches.includes('fired'))
    return isLeft
      ? ': was not confirmed in time, and could not take all of the run back itself'
      : ': was not confirmed in time, and has taken the run back itself';
  return switches.includes('confirmed') ? ': confirmed' : '';
}
