import type { Host, Inventory } from '../core/inventory.ts';
import type { Json } from '../core/json.ts';

interface Group {
  readonly name: string;
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly vars: Map<string, Json>;
}

/** Collects groups, hosts and variables from every source; a later source's variables win. */
export class InventoryBuilder {
  private readonly groups = new Map<string, Group>();
  private readonly hostVars = new Map<string, Map<string, Json>>();

  constructor() {
    this.group('all');
    this.group('ungrouped');
  }

  hasGroup(name: string): boolean {
    return this.groups.has(name);
  }

  hasHost(name: string): boolean {
    return this.hostVars.has(name);
  }

  group(name: string): Group {
    const known = this.groups.get(name);
    if (known) return known;
    const group: Group = { name, hosts: new Set(), children: new Set(), parents: new Set(), vars: new Map() };
    this.groups.set(name, group);
    return group;
  }

  addHost(name: string, group: string): void {
    if (!this.hostVars.has(name)) this.hostVars.set(name, new Map());
    this.group(group).hosts.add(name);
  }

  setHostVar(host: string, name: string, value: Json): void {
    this.hostVars.get(host)?.set(name, value);
  }

  setGroupVar(group: string, name: string, value: Json): void {
    this.group(group).vars.set(name, value);
  }

  /** False where the group would become its own ancestor; nothing is done then. */
  addChild(parent: string, child: string): boolean {
    if (child === 'all' || parent === child || this.ancestors(parent).has(child)) return false;
    this.group(parent).children.add(child);
    this.group(child).parents.add(parent);
    return true;
  }

  build(): Inventory {
    const members = new Map([...this.groups.keys()].map((name) => [name, new Set<string>()]));
    const depths = new Map<string, number>();
    const hosts = [...this.hostVars].map(([name, vars]) => {
      const groups = this.groupsOf(name);
      for (const group of groups) members.get(group)?.add(name);
      const merged = new Map<string, Json>();
      for (const group of this.byPrecedence(groups, depths))
        for (const [key, value] of group.vars) merged.set(key, value);
      for (const [key, value] of vars) merged.set(key, value);
      merged.delete(PRIORITY);
      return { name, groups: [...groups].sort(), vars: Object.fromEntries(merged) } satisfies Host;
    });
    return { hosts, groups: new Map([...members].map(([name, names]) => [name, [...names]])) };
  }

  private readonly directGroups = new Map<string, string[]>();

  private groupsOf(host: string): Set<string> {
    if (this.directGroups.size === 0) this.indexHosts();
    const found = new Set(['all']);
    for (const group of this.directGroups.get(host) ?? []) {
      found.add(group);
      for (const ancestor of this.ancestors(group)) found.add(ancestor);
    }
    if (found.size === 1) found.add('ungrouped');
    else if (found.size > 2) found.delete('ungrouped');
    return found;
  }

  private indexHosts(): void {
    for (const group of this.groups.values()) {
      for (const host of group.hosts) this.directGroups.set(host, [...(this.directGroups.get(host) ?? []), group.name]);
    }
  }

  private ancestors(group: string): Set<string> {
    const found = new Set<string>();
    const left = [group];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      for (const parent of this.group(name).parents) {
        if (found.has(parent)) continue;
        found.add(parent);
        left.push(parent);
      }
    }
    return found;
  }

  /** Lowest first, as Ansible: by depth below all, then ansible_group_priority, then name. */
  private byPrecedence(names: ReadonlySet<string>, depths: Map<string, number>): Group[] {
    const key = (group: Group): [number, number, string] => [
      this.depth(group.name, depths),
      priority(group),
      group.name,
    ];
    return [...names].map((name) => this.group(name)).sort((a, b) => compare(key(a), key(b)));
  }

  private depth(name: string, depths: Map<string, number>): number {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const parents = [...this.group(name).parents].map((parent) => this.depth(parent, depths));
    const depth = name === 'all' ? 0 : Math.max(0, ...parents) + 1;
    depths.set(name, depth);
    return depth;
  }
}

const PRIORITY = 'ansible_group_priority';

function priority(group: Group): number {
  const value = Number(group.vars.get(PRIORITY) ?? 1);
  return Number.isFinite(value) ? value : 1;
}

const compare = (a: [number, number, string], b: [number, number, string]): number =>
  a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
