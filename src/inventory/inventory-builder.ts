import type { Host, Inventory } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import type { PlacedSecret } from '../core/secret.ts';
import { type Group, GroupTree } from './group-tree.ts';
import {
  groupLayers,
  hostLayers,
  type Layer,
  type Levels,
  merge,
  noVariables,
  PRIORITY,
  priorityOf,
} from './precedence.ts';
import { assign, type Place, type Setting, type Value } from './variable.ts';

/** An inventory that can tell more of itself than a run needs. */
export interface LoadedInventory extends Inventory {
  /** Each group as it was written: its own hosts and its children. */
  readonly tree: ReadonlyMap<string, { readonly hosts: readonly string[]; readonly children: readonly string[] }>;
  /** All that was said of a host's variables, lowest first. */
  readonly layers: (host: string) => readonly Layer[];
  /** Files of variables that Ansible's vault has encrypted, and that were passed over. */
  readonly sealed: readonly string[];
}

/** Where a host is by its groups. */
interface Placement {
  readonly groups: readonly string[];
  readonly layers: readonly Layer[];
  readonly vars: JsonObject;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** Collects groups, hosts and variables from every source; a later source's variables win. */
export class InventoryBuilder {
  readonly groups = new GroupTree();
  readonly sealed: string[] = [];
  private readonly hosts = new Map<string, Levels>();

  hostNames(): Iterable<string> {
    return this.hosts.keys();
  }

  addHost(name: string, group: string): void {
    if (!this.hosts.has(name)) this.hosts.set(name, noVariables());
    this.groups.group(group).hosts.add(name);
  }

  /** Of a host that was added. */
  setHostVar(host: string, name: string, value: Value, place: Place, level: keyof Levels = 'inventory'): void {
    const vars = this.hosts.get(host);
    if (vars) assign(vars[level], name, value, place);
  }

  /** False where the value can't be what the name says; nothing is done then. */
  setGroupVar(group: string, name: string, value: Value, place: Place, level: keyof Levels = 'inventory'): boolean {
    const of = this.groups.group(group);
    if (name !== PRIORITY || level !== 'inventory') {
      assign(of.vars[level], name, value, place);
      return true;
    }
    const priority = priorityOf(value.json);
    of.priority = priority ?? of.priority;
    return priority !== undefined;
  }

  build(): LoadedInventory {
    const direct = this.directGroups();
    const placements = new Map<string, Placement>();
    const placed = (host: string): Placement => {
      const names = direct.get(host) ?? [];
      // Most hosts share their groups with many others. A group's name holds no white space.
      const key = names.join(' ');
      const placement = placements.get(key) ?? this.placement(names);
      placements.set(key, placement);
      return placement;
    };
    const hosts = [...this.hosts].map(([name, own]) => builtHost(name, placed(name), merge(hostLayers(own))));
    const groups = [...this.groups.all()];
    return {
      hosts,
      groups: this.groups.members(this.ungrouped(hosts)),
      tree: new Map(groups.map(({ name, hosts, children }) => [name, { hosts: [...hosts], children: [...children] }])),
      layers: (host) => [...placed(host).layers, ...hostLayers(this.hosts.get(host) ?? noVariables())],
      sealed: this.sealed,
    };
  }

  /** Those that were put into it before those that were put nowhere, as in Ansible. */
  private ungrouped(hosts: readonly Host[]): string[] {
    const names = new Set(hosts.filter(({ groups }) => groups.includes('ungrouped')).map(({ name }) => name));
    return [...new Set([...this.groups.group('ungrouped').hosts, ...names])].filter((name) => names.has(name));
  }

  private directGroups(): Map<string, string[]> {
    const direct = new Map<string, string[]>();
    for (const group of this.groups.all()) {
      for (const host of group.hosts) {
        const names = direct.get(host);
        if (names) names.push(group.name);
        else direct.set(host, [group.name]);
      }
    }
    return direct;
  }

  /** All groups of a host that was put into these, and what their variables come to. */
  private placement(direct: readonly string[]): Placement {
    const found = new Set(['all', ...direct, ...direct.flatMap((name) => [...this.groups.ancestors(name)])]);
    if (found.size === 1) found.add('ungrouped');
    else if (found.size > 2) found.delete('ungrouped');
    const depths = new Map<string, number>();
    const rank = (group: Group) => ({ ...group, depth: this.groups.depth(group.name, depths) });
    const layers = groupLayers([...found].map((name) => rank(this.groups.group(name))));
    const settings = merge(layers);
    return { groups: [...found].sort(), layers, settings, vars: plain(settings) };
  }
}

function builtHost(name: string, { groups, vars, settings }: Placement, own: ReadonlyMap<string, Setting>): Host {
  const secrets = [
    ...[...settings].filter(([key]) => !own.has(key)).flatMap(placedSecrets),
    ...[...own].flatMap(placedSecrets),
  ];
  return { name, groups, vars: { ...vars, ...plain(own) }, ...(secrets.length > 0 && { secrets }) };
}

const plain = (settings: ReadonlyMap<string, Setting>): JsonObject =>
  Object.fromEntries([...settings].map(([name, { json }]) => [name, json]));

const placedSecrets = ([name, { secrets }]: readonly [string, Setting]): PlacedSecret[] =>
  secrets.map(({ path, secret }) => ({ path: [name, ...path], secret }));
