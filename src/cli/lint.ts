import type { VaultFlags } from '../app/options.ts';
import { missing, playbookFile } from '../app/shipped-playbooks.ts';
import { becomingHosts } from '../app/step-users.ts';
import { refusedWays } from '../app/targets.ts';
import { vaultPasswords } from '../app/vault-passwords.ts';
import { type Diagnostic, InputError } from '../core/diagnostic.ts';
import { ExitCode } from '../core/exit-code.ts';
import type { JsonObject } from '../core/json.ts';
import type { Play } from '../core/playbook.ts';
import { matchHosts } from '../inventory/host-pattern.ts';
import type { LoadedInventory } from '../inventory/inventory-builder.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { playbookFolder } from '../inventory/vars-folders.ts';
import { type Confine, rootsOf } from '../local/roots.ts';
import { parseExtraVars } from '../playbook/extra-vars.ts';
import { checkPlaybookFile } from '../playbook/load-playbook.ts';
import type { Known } from '../playbook/play.ts';
import { stepTypes } from '../steps/index.ts';
import { runLocal } from '../transport/run-local.ts';
import { type Checked, LINT_FORMATS, type LintFormat } from './lint-formats.ts';
import { filesNamed, passedOver, runNothing, runsHere, withOwnText, withOwnTexts } from './untrusted.ts';
import { worstCase } from './worst-case.ts';

export interface LintFlags extends VaultFlags {
  readonly inventory: readonly string[];
  readonly extraVars: readonly string[];
  readonly format: LintFormat;
  /** Of playbooks that nobody has read yet: nothing of them is run here, and nothing outside of their folders is read. */
  readonly untrusted?: boolean;
}

/** `unwedge lint`: every finding of every playbook, and of the inventory. */
export async function lint(words: readonly string[], flags: LintFlags): Promise<ExitCode> {
  const playbooks = words.map(playbookFile);
  const roots = rootsOf(filesNamed(playbooks, flags));
  return findAll(words, playbooks, flags, roots).catch((error: unknown) => {
    throw error instanceof InputError ? withOwnTexts(error, roots) : error;
  });
}

async function findAll(
  words: readonly string[],
  playbooks: readonly string[],
  flags: LintFlags,
  roots: Confine,
): Promise<ExitCode> {
  const untrusted = flags.untrusted ? roots : undefined;
  const extraVars = await parseExtraVars(flags.extraVars, untrusted);
  const { inventory, findings } = await readInventory(playbooks, flags, untrusted);
  const selectHosts = inventory && ((pattern: string) => matchHosts(pattern, inventory));
  const known = {
    stepTypes,
    extraVars,
    mayLackInputs: true,
    ...(selectHosts && { selectHosts }),
    isPartial: inventory !== undefined && inventory.sealed.length > 0,
    ...(untrusted && { untrusted }),
  };
  const { plays, ...found } = await checkAll(playbooks, known);
  const checked: Checked = {
    playbooks: words,
    findings: [
      ...findings,
      ...found.findings,
      ...(inventory?.sealed.length === 0 ? await unreachable(plays, inventory, extraVars) : []),
    ].map((finding) => withOwnText(finding, roots)),
    plays: plays.map((play) => worstCase(play, selectHosts?.(play.hosts).length)),
  };
  console.log(LINT_FORMATS[flags.format](checked));
  return checked.findings.some(({ severity }) => severity === 'error') ? ExitCode.refused : ExitCode.done;
}

/** Without a sound inventory the playbooks are checked as for any. */
async function readInventory(
  playbooks: readonly string[],
  { inventory: sources, ...vault }: LintFlags,
  untrusted: Confine | undefined,
): Promise<{ inventory?: LoadedInventory; findings: readonly Diagnostic[] }> {
  if (sources.length === 0) return { findings: [] };
  try {
    const run = untrusted === undefined ? runLocal : runNothing;
    const inventory = await loadInventory(sources, run, {
      playbookFolder: playbookFolder(playbooks),
      confine: untrusted,
      // A password may be what a program prints.
      ...(untrusted === undefined ? { passwords: vaultPasswords(vault) } : {}),
    });
    return { inventory, findings: untrusted === undefined ? [] : [...runsHere(inventory), ...passedOver(inventory)] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { findings: error.diagnostics.map((finding) => ({ rule: 'bad-inventory', ...finding })) };
  }
}

/** What a run would refuse about the ways to the plays' hosts. */
async function unreachable(
  plays: readonly Play[],
  inventory: LoadedInventory,
  extraVars: JsonObject,
): Promise<readonly Diagnostic[]> {
  const resolved = plays.map((play) => ({ play, hosts: matchHosts(play.hosts, inventory) }));
  const hosts = [...new Set(resolved.flatMap((play) => play.hosts))];
  const withExtra = hosts.map((host) => ({ ...host, vars: { ...host.vars, ...extraVars } }));
  const found = await Promise.all([
    refusedWays(withExtra, inventory, extraVars),
    refusedWays(becomingHosts(resolved, withExtra), inventory, extraVars),
  ]);
  const distinct = new Map(found.flat().map((finding) => [JSON.stringify(finding), finding]));
  return [...distinct.values()].map((finding) => ({ rule: 'bad-inventory', ...finding }));
}

/** The plays of those playbooks that have no errors, and what was found in all of them. */
async function checkAll(files: readonly string[], known: Known): Promise<{ plays: Play[]; findings: Diagnostic[] }> {
  const findings: Diagnostic[] = [];
  const plays: Play[] = [];
  for (const file of files) {
    const absent = missing(file);
    findings.push(...absent.map((finding) => ({ ...finding, rule: 'unreadable-file' as const })));
    if (absent.length > 0) continue;
    try {
      const checked = await checkPlaybookFile(file, known);
      findings.push(...checked.findings);
      plays.push(...(checked.playbook?.plays ?? []));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      findings.push(...error.diagnostics);
    }
  }
  return { plays, findings };
}
