import type { Diagnostic } from '../core/diagnostic.ts';
import { formatDiagnostic } from '../core/diagnostic-text.ts';
import { ExitCode } from '../core/exit-code.ts';
import { matchHosts } from '../inventory/host-pattern.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { playbookFolder } from '../inventory/vars-folders.ts';
import { parseExtraVars } from '../playbook/extra-vars.ts';
import { checkPlaybookFile } from '../playbook/load-playbook.ts';
import { stepTypes } from '../steps/index.ts';
import { runLocal } from '../transport/run-local.ts';

/** `unwedge lint`: every finding of every playbook. */
export async function lint(
  playbooks: readonly string[],
  flags: { readonly inventory: readonly string[]; readonly extraVars: readonly string[] },
): Promise<ExitCode> {
  const inventory =
    flags.inventory.length === 0
      ? undefined
      : await loadInventory(flags.inventory, runLocal, playbookFolder(playbooks));
  const known = {
    stepTypes,
    extraVars: await parseExtraVars(flags.extraVars),
    mayLackInputs: true,
    ...(inventory && { selectHosts: (pattern: string) => matchHosts(pattern, inventory) }),
  };
  const findings: Diagnostic[] = [];
  for (const file of playbooks) findings.push(...(await checkPlaybookFile(file, known)).findings);
  for (const finding of findings) console.log(formatDiagnostic(finding));
  const errors = findings.filter((f) => f.severity === 'error').length;
  if (findings.length === 0)
    console.log(playbooks.length === 1 ? `${playbooks[0]}: no findings` : `${playbooks.length} playbooks: no findings`);
  return errors > 0 ? ExitCode.refused : ExitCode.done;
}
