import { createHash } from 'node:crypto';
import { InputError, inputError } from '../core/diagnostic.ts';
import { formatDiagnostic } from '../core/diagnostic-text.ts';
import type { RunCall } from '../core/event.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import type { Playbook, Task } from '../core/playbook.ts';
import { blameIn } from '../inventory/blame.ts';
import { BECOME_PASSWORDS } from '../inventory/connection.ts';
import { selectHosts } from '../inventory/host-pattern.ts';
import type { LoadedInventory } from '../inventory/inventory-builder.ts';
import { readLimit } from '../inventory/limit-file.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { revealSecrets } from '../inventory/reveal-secrets.ts';
import { playbookFolder } from '../inventory/vars-folders.ts';
import { parseExtraVars } from '../playbook/extra-vars.ts';
import type { ResolvedPlay } from '../rollout/index.ts';
import { stepTypes } from '../steps/index.ts';
import { runLocal } from '../transport/run-local.ts';
import { becomePassword } from './become-password.ts';
import { chosenPlaybooks } from './chosen-playbooks.ts';
import type { ChoiceFlags, ConnectionFlags, RunFlags } from './options.ts';
import { missing, playbookName } from './shipped-playbooks.ts';
import { becomingHosts, type Ways } from './step-users.ts';
import { targets } from './targets.ts';
import { vaultPasswords } from './vault-passwords.ts';

/** A run of which everything was checked; no host was touched. */
export interface PreparedRun extends Ways {
  readonly plays: readonly ResolvedPlay[];
  /** Texts that must be shown nowhere. */
  readonly secrets: readonly string[];
  /** Each file as it was given, or a shipped playbook's name, with the SHA-256 of its text and of all that it includes. */
  readonly playbooks: RunCall['playbooks'];
  /** Absolute paths of the modules whose step types they use. */
  readonly plugins: readonly string[];
  /** SHA-256 of what inventory, limit and extra variables say about the plays' hosts; of secrets only where they belong. */
  readonly inventorySha256: string;
}

/** What a run is made of: playbooks, checked with the hosts that the limit leaves of this inventory. */
export interface CheckedInput {
  readonly inventory: LoadedInventory;
  readonly limit: string | undefined;
  readonly extraVars: JsonObject;
  readonly playbooks: readonly Playbook[];
}

/** Reads and checks all that a run is made of. @throws InputError with every fault */
export async function prepareRun(files: readonly string[], flags: RunFlags): Promise<PreparedRun> {
  const findings = files.flatMap(missing);
  const vault = vaultPasswords(flags);
  const options = { playbookFolder: playbookFolder(files), passwords: vault };
  const inventory = await loadInventory(flags.inventory, runLocal, options).catch((error: unknown) => {
    throw error instanceof InputError ? new InputError([...findings, ...error.diagnostics]) : error;
  });
  if (findings.length > 0) throw new InputError(findings);
  const input = await checkedInput(files, inventory, flags);
  const warnings = flags.quiet ? [] : input.playbooks.flatMap((playbook) => playbook.warnings);
  for (const warning of warnings) console.error(formatDiagnostic(warning));
  return prepareInput(input, flags, vault);
}

/** Checks playbooks with an inventory. @throws InputError */
export async function checkedInput(
  files: readonly string[],
  inventory: LoadedInventory,
  flags: ChoiceFlags & Pick<RunFlags, 'limit' | 'extraVars'>,
): Promise<CheckedInput> {
  const extraVars = await parseExtraVars(flags.extraVars);
  const limit = flags.limit === undefined ? undefined : await readLimit(flags.limit);
  const select = (pattern: string) => selectHosts(pattern, limit, inventory);
  const playbooks = await chosenPlaybooks(files, { stepTypes, selectHosts: select, extraVars }, flags);
  return { inventory, limit, extraVars, playbooks };
}

/** Finds out how each host is reached, and what is secret. @throws InputError */
export async function prepareInput(
  input: CheckedInput,
  flags: ConnectionFlags,
  vault = vaultPasswords(flags),
): Promise<PreparedRun> {
  const { inventory, extraVars, playbooks } = input;
  const checked = resolvePlays(input);
  const masked = distinct(checked.flatMap((play) => play.hosts));
  const { hosts, values } = await revealSecrets(masked, runLocal, {
    passwords: vault,
    reads: variablesRead(playbooks, extraVars),
  });
  const password = await becomePassword(flags);
  const withExtra = hosts.map((host) => ({ ...host, vars: { ...host.vars, ...extraVars } }));
  const waysTo = (some: readonly Host[]) =>
    targets(some, flags, password, (host) => blameIn(inventory, host, extraVars));
  const options = await waysTo(withExtra);
  const rootOptions = await waysTo(becomingHosts(checked, withExtra));
  const passwords = [...options.values(), ...rootOptions.values()].flatMap(({ become }) => become?.password ?? []);
  return {
    plays: checked.map((play) => ({ ...play, hosts: sameHosts(play.hosts, hosts) })),
    playbooks: playbooks.map(({ file, sha256 }) => ({ file: playbookName(file), sha256 })),
    plugins: [...new Set(playbooks.flatMap((playbook) => playbook.plugins))],
    options,
    rootOptions,
    secrets: [...new Set([...values, ...passwords])],
    inventorySha256: fingerprint(checked, masked, extraVars),
  };
}

/** Which of the hosts' variables a run reads. */
function variablesRead(playbooks: readonly Playbook[], extraVars: JsonObject): (name: string) => boolean {
  const below = (task: Task): readonly string[] =>
    task.kind === 'step'
      ? task.reads
      : [...task.reads, ...[...task.steps, ...task.rescue, ...task.always].flatMap(below)];
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  const tasks = plays.flatMap((play) => [...play.steps, ...play.handlers, ...play.health]);
  const names = new Set([
    ...BECOME_PASSWORDS,
    ...tasks.flatMap(below),
    ...plays.flatMap(({ rollout }) => rollout.spread?.by ?? []),
  ]);
  return (name) => names.has(name) && !Object.hasOwn(extraVars, name);
}

function resolvePlays({ playbooks, inventory, limit }: CheckedInput): readonly ResolvedPlay[] {
  const plays = playbooks.flatMap((playbook) =>
    playbook.plays.map((play) => ({ play, hosts: selectHosts(play.hosts, limit, inventory) })),
  );
  if (plays.some((play) => play.hosts.length > 0)) return plays;
  throw inputError(
    `no host of these plays is in the limit '${limit}'`,
    'unwedge inventory -i … --list shows hosts and groups',
  );
}

function fingerprint(plays: readonly ResolvedPlay[], hosts: readonly Host[], extraVars: JsonObject): string {
  const hash = createHash('sha256');
  // One by one: the variables of thousands of hosts may be longer than any one text can be.
  for (const { name, groups, vars } of hosts) hash.update(JSON.stringify({ name, groups, vars }));
  const selected = plays.map((play) => play.hosts.map(({ name }) => name));
  return hash.update(JSON.stringify([selected, extraVars])).digest('hex');
}

const distinct = (hosts: readonly Host[]): Host[] => [...new Map(hosts.map((host) => [host.name, host])).values()];

/** The hosts of one list as they are in another. */
function sameHosts(names: readonly Host[], all: readonly Host[]): Host[] {
  const byName = new Map(all.map((host) => [host.name, host]));
  return names.map(({ name }) => known(byName.get(name), name));
}

/** What is there for every host of a run. */
export function known<T>(value: T | undefined, host: string): T {
  if (value === undefined) throw new Error(`host ${host} of the run has no connection options`);
  return value;
}
