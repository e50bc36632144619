import { everyOne, inputError } from '../core/diagnostic.ts';
import { formatDiagnostic } from '../core/diagnostic-text.ts';
import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import type { Host, Inventory } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import { blameIn } from '../inventory/blame.ts';
import { selectHosts } from '../inventory/host-pattern.ts';
import { readLimit } from '../inventory/limit-file.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { revealSecrets } from '../inventory/reveal-secrets.ts';
import { playbookFolder } from '../inventory/vars-folders.ts';
import { newRunId, openJournal } from '../journal/index.ts';
import { parseExtraVars } from '../playbook/extra-vars.ts';
import { loadPlaybook } from '../playbook/load-playbook.ts';
import { type ResolvedPlay, startRun } from '../runner/index.ts';
import { stepTypes } from '../steps/index.ts';
import { openConnection } from '../transport/open-connection.ts';
import { runLocal } from '../transport/run-local.ts';
import { becomePassword } from './become-password.ts';
import type { RunFlags } from './flags.ts';
import { observed } from './observed.ts';
import { stateDir } from './state-dir.ts';
import { remembered, targets } from './targets.ts';

/** `unwedge run`: everything is checked first; then hosts are touched. */
export async function run(playbooks: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const check = flags.check === true || flags.dryRun === true;
  const inventory = await loadInventory(flags.inventory, runLocal, playbookFolder(playbooks));
  const extraVars = await parseExtraVars(flags.extraVars);
  const limit = flags.limit === undefined ? undefined : await readLimit(flags.limit);
  const checked = await resolvePlays(playbooks, inventory, extraVars, limit);
  const { hosts, values } = await revealSecrets(distinct(checked.flatMap((play) => play.hosts)), runLocal);
  const plays = checked.map((play) => ({ ...play, hosts: sameHosts(play.hosts, hosts) }));
  const password = await becomePassword(flags);
  const options = await targets(
    hosts.map((host) => ({ ...host, vars: { ...host.vars, ...extraVars } })),
    flags,
    password,
    (host) => blameIn(inventory, host, extraVars),
  );

  const id = newRunId(Date.now(), Math.random);
  const plan = {
    run: id,
    mode: check ? 'check' : 'run',
    playbooks,
    plays,
    forks: flags.forks,
    hosts: [...options.values()].map(remembered),
  } as const;
  const secrets = [...values, ...[...options.values()].flatMap(({ become }) => become?.password ?? [])];
  // A dry run changes nothing, so it leaves nothing to undo and no journal.
  const journal = check ? undefined : await openJournal(stateDir(flags), id);
  const recap = await observed(journal, secrets, flags, (around) =>
    startRun(plan, (host) => openConnection(known(options.get(host.name))), around),
  );
  const code = exitCodeOf(recap);
  const pending = check && recap.outcomes.some((o) => o.status === 'changed');
  return code === ExitCode.done && flags.detailedExitcode && pending ? ExitCode.changesPending : code;
}

async function resolvePlays(
  files: readonly string[],
  inventory: Inventory,
  extraVars: JsonObject,
  limit: string | undefined,
): Promise<ResolvedPlay[]> {
  const select = (pattern: string) => selectHosts(pattern, limit, inventory);
  const checked = await everyOne(files, (file) => loadPlaybook(file, { stepTypes, selectHosts: select, extraVars }));
  for (const warning of checked.flatMap(({ warnings }) => warnings)) console.error(formatDiagnostic(warning));
  const plays = checked.flatMap((playbook) => playbook.plays.map((play) => ({ play, hosts: select(play.hosts) })));
  if (plays.every((play) => play.hosts.length === 0)) {
    throw inputError(
      `no host of these plays is in the limit '${limit}'`,
      'unwedge inventory -i … --list shows hosts and groups',
    );
  }
  return plays;
}

const distinct = (hosts: readonly Host[]): Host[] => [...new Map(hosts.map((host) => [host.name, host])).values()];

/** The hosts of one list as they are in another. */
function sameHosts(names: readonly Host[], all: readonly Host[]): Host[] {
  const byName = new Map(all.map((host) => [host.name, host]));
  return names.map(({ name }) => known(byName.get(name)));
}

function known<T>(options: T | undefined): T {
  if (options === undefined) throw new Error('a host of the run has no connection options');
  return options;
}
