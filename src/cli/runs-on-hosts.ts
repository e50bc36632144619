import { inputError } from '../core/diagnostic.ts';
import { printable } from '../core/printable.ts';
import type { HostCopy } from '../hostlog/copy.ts';
import { type CopiesFlags, runOnHosts } from './host-copies.ts';
import type { ReportFileFlags } from './report-flags.ts';
import { changeText } from './runs.ts';

/** `unwedge runs show RUN -i INVENTORY`: what the hosts themselves know of a run, whoever made it. */
export async function showOnHosts(prefix: string, flags: CopiesFlags & ReportFileFlags): Promise<void> {
  if (flags.report?.length)
    throw inputError('hosts keep no findings: --report goes by the journal of this machine', 'leave -i out');
  const { record, copies } = await runOnHosts(prefix, flags);
  const { run, at, playbooks } = record.started;
  console.log(`run ${run}, ${at}, as its hosts have it: ${playbooks.map((file) => printable(file)).join(' ')}`);
  for (const { host, changes } of record.hosts) {
    console.log(`\n${printable(host)}${switchText(copies.find((copy) => copy.host === host))}`);
    for (const change of changes) console.log(`  ${change.state.padEnd(11)}    ${changeText(change)}`);
  }
  console.log(
    `\ntake it back: unwedge rollback ${run} -i INVENTORY, or on a host: sh /var/lib/unwedge/runs/${run}/undo.sh`,
  );
}

function switchText(copy: HostCopy | undefined): string {
  switch (copy?.switch) {
    case 'armed':
      return ': waits to be confirmed, and takes the run back itself without';
    case 'fired':
      return ': was not confirmed in time, and has taken the run back itself';
    case 'confirmed':
      return ': confirmed';
    default:
      return '';
  }
}
