import { matchHosts } from '../inventory/host-pattern.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { runLocal } from '../transport/run-local.ts';

interface Flags {
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly list?: boolean;
  readonly host?: string;
}

/** `unwedge inventory`: hosts with their groups; `--list` and `--host` print what ansible-inventory does. */
export async function showInventory(flags: Flags): Promise<void> {
  const inventory = await loadInventory(flags.inventory, runLocal);
  const hosts = matchHosts(flags.host ?? flags.limit ?? 'all', inventory);
  if (flags.host !== undefined) {
    console.log(JSON.stringify(hosts[0]?.vars ?? {}, null, 2));
    return;
  }
  if (flags.list) {
    const hostvars = Object.fromEntries(hosts.map((host) => [host.name, host.vars]));
    const groups = Object.fromEntries([...inventory.groups].map(([name, members]) => [name, { hosts: members }]));
    console.log(JSON.stringify({ _meta: { hostvars }, ...groups }, null, 2));
    return;
  }
  for (const host of hosts)
    console.log(`${host.name}  ${host.groups.filter((group) => group !== 'all').join(' ')}`.trimEnd());
}
