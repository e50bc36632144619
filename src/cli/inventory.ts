import { join } from 'node:path';
import type { VaultFlags } from '../app/options.ts';
import { refusedWays } from '../app/targets.ts';
import { vaultPasswords } from '../app/vault-passwords.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import { formatDiagnostic } from '../core/diagnostic-text.ts';
import type { Host } from '../core/inventory.ts';
import { matchHosts } from '../inventory/host-pattern.ts';
import { readLimit } from '../inventory/limit-file.ts';
import { explained, graph, listed, shownVars } from '../inventory/listing.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { rootsOf } from '../local/roots.ts';
import { runLocal } from '../transport/run-local.ts';
import { filesNamed, withOwnTexts } from './untrusted.ts';

export interface InventoryFlags extends VaultFlags {
  readonly inventory: readonly string[];
  readonly playbookDir?: string;
  readonly limit?: string;
  readonly list?: boolean;
  /** The group to begin with; true: all. */
  readonly graph?: string | true;
  readonly host?: string;
  readonly explain?: boolean;
}

/** `unwedge inventory`: hosts with their groups; `--list`, `--graph` and `--host` print what ansible-inventory does. */
export async function showInventory(flags: InventoryFlags): Promise<void> {
  const roots = rootsOf([
    ...filesNamed([], flags),
    ...(flags.playbookDir === undefined ? [] : [join(flags.playbookDir, 'x')]),
  ]);
  const inventory = await loadInventory(flags.inventory, runLocal, {
    playbookFolder: flags.playbookDir,
    passwords: vaultPasswords(flags),
  }).catch((error: unknown) => {
    throw error instanceof InputError ? withOwnTexts(error, roots) : error;
  });
  const hosts = matchHosts(flags.host ?? (flags.limit === undefined ? 'all' : await readLimit(flags.limit)), inventory);
  for (const finding of await refusedWays(hosts, inventory))
    console.error(
      formatDiagnostic({ ...finding, severity: 'warning', message: `a run would refuse ${finding.message}` }),
    );
  if (flags.explain) print(explained(inventory, onlyHost(flags.host, hosts).name));
  else if (flags.host !== undefined) print([json(shownVars(onlyHost(flags.host, hosts).vars))]);
  else if (flags.list) print([json(listed(inventory, hosts))]);
  else if (flags.graph) print(graph(inventory, flags.graph === true ? 'all' : flags.graph));
  else
    print(hosts.map(({ name, groups }) => `${name}  ${groups.filter((group) => group !== 'all').join(' ')}`.trimEnd()));
}

function onlyHost(pattern: string | undefined, hosts: readonly Host[]): Host {
  const [host, second] = hosts;
  if (pattern === undefined) throw inputError('--explain needs a host', 'name it: --host NAME');
  if (host && !second) return host;
  throw inputError(`--host ${pattern} names ${hosts.length} hosts`, 'name one; --list tells of several');
}

/** Keys in order and four spaces, as ansible-inventory prints it: the two can be compared by diff. */
const json = (value: object): string => JSON.stringify(value, sorted, 4);

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const print = (lines: readonly string[]): void => console.log(lines.join('\n'));
