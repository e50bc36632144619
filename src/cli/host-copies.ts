import type { ConnectionOptions } from '../core/connection-options.ts';
import { inputError } from '../core/diagnostic.ts';
import { printable } from '../core/printable.ts';
import type { RunRecord } from '../core/run-record.ts';
import { copiesOn, type HostCopy } from '../hostlog/copy.ts';
import { hostWord } from '../hostlog/host-word.ts';
import { blameIn } from '../inventory/blame.ts';
import { BECOME_PASSWORDS } from '../inventory/connection.ts';
import { matchHosts } from '../inventory/host-pattern.ts';
import { readLimit } from '../inventory/limit-file.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { revealSecrets } from '../inventory/reveal-secrets.ts';
import { foldJournal } from '../journal/index.ts';
import { eachAtMost } from '../runner/pool.ts';
import { openConnection } from '../transport/open-connection.ts';
import { runLocal } from '../transport/run-local.ts';
import { becomePassword } from './become-password.ts';
import type { ConnectionFlags } from './flags.ts';
import { remembered, targets } from './targets.ts';
import { vaultPasswords } from './vault-passwords.ts';

export interface CopiesFlags extends ConnectionFlags {
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly forks: number;
}

/** A run as its hosts' own journals tell it. */
export interface RunOnHosts {
  readonly record: RunRecord;
  readonly copies: readonly HostCopy[];
  /** Of all hosts that were asked, by name. */
  readonly options: ReadonlyMap<string, ConnectionOptions>;
  readonly secrets: readonly string[];
  /** Hosts that could not be asked: what the run did there is not known. */
  readonly silent: readonly { readonly host: string; readonly why: string }[];
}

/** Seconds for a host's answer. */
const DEADLINE = 60;

/** Asks every host of the inventory for its journal of one run. @throws InputError where none has it, or `prefix` names several */
export async function runOnHosts(prefix: string, flags: CopiesFlags): Promise<RunOnHosts> {
  const { options, secrets } = await waysOf(flags);
  const copies: HostCopy[] = [];
  const silent: RunOnHosts['silent'][number][] = [];
  await eachAtMost(flags.forks, [...options.values()], async (to) => {
    try {
      copies.push(...(await copiesOf(to, prefix)));
    } catch (error) {
      silent.push({ host: to.name, why: error instanceof Error ? error.message : String(error) });
    }
  });
  for (const { host, why } of silent) console.error(`not asked: ${printable(host)}: ${printable(why)}`);
  const order = [...options.keys()];
  // Of two names for one host, the run's own counts.
  const own = copies.filter(
    ({ host, name }) => name === hostWord({ host }) || !order.some((other) => hostWord({ host: other }) === name),
  );
  const sorted = own.sort((a, b) => order.indexOf(a.host) - order.indexOf(b.host));
  return { record: recordOf(prefix, sorted, options), copies: sorted, options, secrets, silent };
}

async function waysOf(flags: CopiesFlags): Promise<Pick<RunOnHosts, 'options' | 'secrets'>> {
  const inventory = await loadInventory(flags.inventory, runLocal);
  const pattern = flags.limit === undefined ? 'all' : await readLimit(flags.limit);
  const { hosts, values } = await revealSecrets(matchHosts(pattern, inventory), runLocal, {
    passwords: vaultPasswords(flags),
    reads: (name) => BECOME_PASSWORDS.some((password) => password === name),
  });
  const options = await targets(hosts, flags, await becomePassword(flags), (host) => blameIn(inventory, host, {}));
  return { options, secrets: [...values, ...[...options.values()].flatMap(({ become }) => become?.password ?? [])] };
}

async function copiesOf(to: ConnectionOptions, prefix: string): Promise<readonly HostCopy[]> {
  const connection = await openConnection(to);
  try {
    return await copiesOn(connection.readOnly({ deadline: DEADLINE }), prefix);
  } finally {
    await connection.close();
  }
}

function recordOf(prefix: string, copies: readonly HostCopy[], options: RunOnHosts['options']): RunRecord {
  const runs = [...new Set(copies.map(({ run }) => run))].sort();
  if (runs.length > 1)
    throw inputError(`'${prefix}' names several runs on these hosts: ${runs.join(', ')}`, 'give more of the id');
  const [first] = copies;
  const hosts = copies.flatMap(({ host }) => options.get(host) ?? []).map(remembered);
  const record = first && foldJournal([{ ...first.started, hosts }, ...copies.flatMap(({ events }) => events)]);
  if (record !== undefined) return record;
  throw inputError(
    `no host of this inventory has a journal of a run '${prefix}'`,
    'hosts keep those in which something was changed, for 30 days: ls /var/lib/unwedge/runs on the host',
  );
}
