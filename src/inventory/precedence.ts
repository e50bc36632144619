import type { Json } from '../core/json.ts';
import type { Setting, Variables } from './variable.ts';

/** What a host's variables are made of. `level` is that of docs/inventory.md, the higher one wins. */
export interface Layer {
  readonly level: 1 | 2 | 3 | 4;
  /** Where they belong, for people: `group web`, `group_vars of web`, `host`, `host_vars`. */
  readonly of: string;
  readonly vars: Variables;
}

/** The variables of a group or a host: in the inventory itself, and in files beside the inventory and the playbook. */
export interface Levels {
  readonly inventory: Variables;
  readonly besideInventory: Variables;
  readonly besidePlaybook: Variables;
}

export const noVariables = (): Levels => ({
  inventory: new Map(),
  besideInventory: new Map(),
  besidePlaybook: new Map(),
});

export interface Ranked {
  readonly name: string;
  readonly vars: Levels;
  readonly depth: number;
  readonly priority: number;
}

/**
 * Lowest first, as Ansible has it: `all` in the inventory, then its other groups, by depth below `all`, priority and
 * name; then files beside the inventory and the playbook, those of `all` before those of other groups.
 * https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence
 */
export function groupLayers(groups: readonly Ranked[]): Layer[] {
  const all = groups.filter(({ name }) => name === 'all');
  const others = groups.filter(({ name }) => name !== 'all').toSorted(byRank);
  const inInventory = ({ name, vars }: Ranked): Layer => ({ level: 1, of: `group ${name}`, vars: vars.inventory });
  const inFiles =
    (where: 'besideInventory' | 'besidePlaybook') =>
    ({ name, vars }: Ranked): Layer => ({ level: 2, of: `group_vars of ${name}`, vars: vars[where] });
  return [
    ...[...all, ...others].map(inInventory),
    ...[all, others].flatMap((part) => [
      ...part.map(inFiles('besideInventory')),
      ...part.map(inFiles('besidePlaybook')),
    ]),
  ];
}

export const hostLayers = (vars: Levels): Layer[] => [
  { level: 3, of: 'host', vars: vars.inventory },
  { level: 4, of: 'host_vars', vars: vars.besideInventory },
  { level: 4, of: 'host_vars', vars: vars.besidePlaybook },
];

/** What wins of each variable, in the order in which they first appear. */
export function merge(layers: readonly Layer[]): Map<string, Setting> {
  const merged = new Map<string, Setting>();
  for (const { vars } of layers) for (const [name, setting] of vars) merged.set(name, setting);
  return merged;
}

const byRank = (a: Ranked, b: Ranked): number =>
  a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Ansible's word for which of two groups side by side wins; only where the inventory itself gives it. */
export const PRIORITY = 'ansible_group_priority';

/** Undefined where it is no whole number. */
export function priorityOf(json: Json): number | undefined {
  const number = typeof json === 'string' && /^\s*[-+]?\d+\s*$/.test(json) ? Number(json) : json;
  return typeof number === 'number' && Number.isFinite(number) ? Math.trunc(number) : undefined;
}
