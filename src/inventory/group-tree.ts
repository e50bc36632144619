import { type Levels, noVariables } from './precedence.ts';

export interface Group {
  readonly name: string;
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly vars: Levels;
  /** ansible_group_priority */
  priority: number;
}

const MAX_GROUPS = 10_000;

/** The groups of an inventory and how they hold one another; `all` and `ungrouped` always exist. */
export class GroupTree {
  private readonly groups = new Map<string, Group>();

  constructor() {
    this.group('all');
    this.group('ungrouped');
  }

  /** More groups than any inventory has would take minutes to sort out. */
  tooMany(): boolean {
    return this.groups.size > MAX_GROUPS;
  }

  has(name: string): boolean {
    return this.groups.has(name);
  }

  /** In the order in which they were first named. */
  all(): Iterable<Group> {
    return this.groups.values();
  }

  group(name: string): Group {
    const known = this.groups.get(name);
    if (known) return known;
    const group = {
      ...{ name, hosts: new Set<string>(), children: new Set<string>(), parents: new Set<string>() },
      ...{ vars: noVariables(), priority: 1 },
    };
    this.groups.set(name, group);
    return group;
  }

  /** False where the group would become its own ancestor; nothing is done then. */
  addChild(parent: string, child: string): boolean {
    if (child === 'all' || parent === child) return false;
    if (this.group(child).children.size > 0 && this.ancestors(parent).has(child)) return false;
    this.group(parent).children.add(child);
    this.group(child).parents.add(parent);
    return true;
  }

  ancestors(group: string): Set<string> {
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

  /**
   * The hosts of each group: its own first, then those of its children, level by level: what `group[0]` counts, as in Ansible.
   * @param ungrouped the hosts that are in no group but `all`
   */
  members(ungrouped: readonly string[]): Map<string, readonly string[]> {
    const known = new Map<Group, readonly string[]>();
    for (const group of this.groups.values()) {
      const chain = this.chain(group, known);
      const last = chain.at(-1) ?? group;
      const hosts = known.get(last) ?? this.hostsBelow([last]);
      for (const same of chain) known.set(same, hosts);
    }
    const { hosts, children } = this.group('all');
    const top = [...children].map((name) => this.group(name));
    const alone = [...this.groups.values()].filter(({ name, parents }) => name !== 'all' && parents.size === 0);
    // `ungrouped` comes first, but only now is it known who is in it.
    const below = this.hostsBelow([...top, ...alone.filter(({ name }) => name !== 'ungrouped'), ...alone]);
    return new Map([...this.groups.values()].map((group) => [group.name, known.get(group) ?? []]))
      .set('all', [...new Set([...hosts, ...ungrouped, ...below])])
      .set('ungrouped', ungrouped);
  }

  /** The group, and while it only holds another one, that one: they have the same hosts. Ends at a known one. */
  private chain(group: Group, known: ReadonlyMap<Group, unknown>): Group[] {
    const chain = [group];
    for (const link of chain) {
      const [child] = link.children;
      if (child !== undefined && link.children.size === 1 && link.hosts.size === 0 && !known.has(link))
        chain.push(this.group(child));
    }
    return chain;
  }

  private hostsBelow(groups: readonly Group[]): string[] {
    const seen = new Set(groups);
    const hosts = new Set<string>();
    // A set that grows while it is walked: breadth first.
    for (const { hosts: own, children } of seen) {
      for (const host of own) hosts.add(host);
      for (const child of children) seen.add(this.group(child));
    }
    return [...hosts];
  }

  /** The longest way down from all. Without recursion: a file may chain thousands of groups. */
  depth(name: string, depths: Map<string, number>): number {
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
