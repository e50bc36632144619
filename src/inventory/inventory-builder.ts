import type { Host, Inventory } from '../core/inventory.ts';
import type { Json, JsonObject } from '../core/json.ts';

interface Group {
  readonly name: string;
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly vars: Map<string, Json>;
}

const MAX_GROUPS = 10_000;

/** Where a host is by its groups. */
interface Placement {
  readonly groups: readonly string[];
  readonly vars: JsonObject;
}

/** Collects groups, hosts and variables from every source; a later source's variables win. */
export class InventoryBuilder {
  private readonly groups = new Map<string, Group>();
  private readonly hostVars = new Map<string, Map<string, Json>>();

  constructor() {
    this.group('all');
    this.group('ungrouped');
  }

  /** More groups than any inventory has would take minutes to sort out. */
  tooManyGroups(): boolean {
    return this.groups.size > MAX_GROUPS;
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
    if (child === 'all' || parent === child) return false;
    if (this.group(child).children.size > 0 && this.ancestors(parent).has(child)) return false;
    this.group(parent).children.add(child);
    this.group(child).parents.add(parent);
    return true;
  }

  build(): Inventory {
    const direct = this.directGroups();
    const placements = new Map<string, Placement>();
    const hosts = [...this.hostVars].map(([name, own]): Host => {
      const names = direct.get(name) ?? [];
      // Most hosts share their groups with many others. A group's name holds no white space.
      const key = names.join(' ');
      const placement = placements.get(key) ?? this.placement(names);
      placements.set(key, placement);
      return { name, groups: placement.groups, vars: { ...placement.vars, ...Object.fromEntries(own) } };
    });
    const groups = [...this.groups.values()].map((group): [string, string[]] => [group.name, this.members(group)]);
    return {
      hosts,
      groups: new Map(groups)
        .set(
          'all',
          hosts.map((host) => host.name),
        )
        .set('ungrouped', ungrouped(hosts)),
    };
  }

  /** A group's own hosts first, then those of its children, level by level: what `group[0]` counts, as in Ansible. */
  private members(group: Group): string[] {
    const seen = new Set([group]);
    const hosts = new Set<string>();
    // A set that grows while it is walked: breadth first.
    for (const { hosts: own, children } of seen) {
      for (const host of own) hosts.add(host);
      for (const child of children) seen.add(this.group(child));
    }
    return [...hosts];
  }

  private directGroups(): Map<string, string[]> {
    const direct = new Map<string, string[]>();
    for (const group of this.groups.values()) {
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
    const found = new Set(['all', ...direct, ...direct.flatMap((name) => [...this.ancestors(name)])]);
    if (found.size === 1) found.add('ungrouped');
    else if (found.size > 2) found.delete('ungrouped');
    const vars = new Map<string, Json>();
    for (const group of this.byPrecedence(found)) for (const [key, value] of group.vars) vars.set(key, value);
    vars.delete(PRIORITY);
    return { groups: [...found].sort(), vars: Object.fromEntries(vars) };
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
  private byPrecedence(names: ReadonlySet<string>): Group[] {
    const depths = new Map<string, number>();
    const key = (group: Group): [number, number, string] => [
      this.depth(group.name, depths),
      priority(group),
      group.name,
    ];
    return [...names].map((name) => this.group(name)).sort((a, b) => compare(key(a), key(b)));
  }

  /** The longest way down from all. Without recursion: a file may chain thousands of groups. */
  private depth(name: string, depths: Map<string, number>): number {
    depths.set('all', 0);
    const left = [name];
    for (let group = left.at(-1); group !== undefined; group = left.at(-1)) {
      const parents = [...this.group(group).parents];
      const unknown = parents.filter((parent) => !depths.has(parent));
      left.push(...unknown.slice(0, 1));
      if (unknown.length > 0) continue;
      if (group !== 'all')
        depths.set(group, parents.reduce((most, parent) => Math.max(most, depths.get(parent) ?? 0), 0) + 1);
      left.pop();
    }
    return depths.get(name) ?? 0;
  }
}

const ungrouped = (hosts: readonly Host[]): string[] =>
  hosts.filter((host) => host.groups.includes('ungrouped')).map((host) => host.name);

const PRIORITY = 'ansible_group_priority';

function priority(group: Group): number {
  const value = group.vars.get(PRIORITY);
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 1;
  return Number.isFinite(number) ? number : 1;
}

const compare = (a: [number, number, string], b: [number, number, string]): number =>
  a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
