import { withoutIds } from '../core/alike.ts';
import { counted, hostList, oneLine } from './wording.ts';

/** Above so many hosts, ids are folded so that hosts with the same kind of finding are told together. */
const FOLD_ABOVE = 10;

/** One thing to tell of a host: a line, or one with more below it. */
export type Item = string | readonly [string, ...string[]];

/** Hosts with the same items. */
export interface Group {
  readonly hosts: string[];
  /** Distinct items with how often they occur on all hosts of the group. */
  readonly items: Map<string, number>;
}

type ItemsByHost = ReadonlyMap<string, readonly Item[]>;

/**
 * Tells hosts with the same items together: `12 hosts: web-1, web-2 …` and the lines under it.
 * Container ids, pids and namespaces differ from host to host; on many hosts they are folded to `<id>`, with a count, unless `exact`.
 */
export const sameHosts = (itemsByHost: ItemsByHost, exact: boolean): string[] =>
  groupsOfHosts(itemsByHost, !exact && itemsByHost.size > FOLD_ABOVE).flatMap(groupLines);

/** The same before it is put into lines. `fold`: hosts whose items differ in ids only are the same. */
export function groupsOfHosts(itemsByHost: ItemsByHost, fold: boolean): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [host, texts] of textsByHost(itemsByHost, fold)) {
    const group = groupAt(groups, JSON.stringify([...new Set(texts)].sort()));
    group.hosts.push(host);
    for (const text of texts) count(group, text);
  }
  return [...groups.values()];
}

/** The same, but tells each item once, with all the hosts that have it, whatever else they have. */
export function sameItems(itemsByHost: ItemsByHost, exact: boolean): string[] {
  const hostsOf = new Map<string, string[]>();
  for (const [host, texts] of textsByHost(itemsByHost, !exact && itemsByHost.size > FOLD_ABOVE))
    for (const text of texts) hostsOf.set(text, [...(hostsOf.get(text) ?? []), host]);
  const groups = new Map<string, Group>();
  for (const [text, hosts] of hostsOf) {
    const all = [...new Set(hosts)];
    const group = groupAt(groups, JSON.stringify(all));
    if (group.hosts.length === 0) group.hosts.push(...all);
    for (const _ of hosts) count(group, text);
  }
  return [...groups.values()].flatMap(groupLines);
}

function textsByHost(itemsByHost: ItemsByHost, fold: boolean): (readonly [host: string, texts: readonly string[]])[] {
  return [...itemsByHost].map(([host, items]) => [host, items.map((item) => textOf(item, fold))]);
}

function groupAt(groups: Map<string, Group>, key: string): Group {
  const group: Group = groups.get(key) ?? { hosts: [], items: new Map() };
  groups.set(key, group);
  return group;
}

const count = ({ items }: Group, text: string) => items.set(text, (items.get(text) ?? 0) + 1);

/** An item's lines, none of which can hold a line break of its own. */
function textOf(item: Item, fold: boolean): string {
  const lines = typeof item === 'string' ? [item] : item;
  // What stands below is indented already.
  const safe = lines.map((line, i) => (i === 0 ? '' : (/^ */.exec(line)?.[0] ?? '')) + oneLine(line));
  return (fold ? safe.map(withoutIds) : safe).join('\n');
}

export function groupLines({ hosts, items }: Group): string[] {
  const all = [...items].map(([text, times]) => {
    const [first = '', ...below] = text.split('\n');
    return { first: `${first}${times > hosts.length ? `  (${times} in all)` : ''}`, below };
  });
  const lines = all.flatMap(({ first, below }, i) => {
    // Neighbours with the same below them share it.
    const shared = below.length > 0 && below.join('\n') === all[i + 1]?.below.join('\n');
    return shared ? [first] : [first, ...below];
  });
  return [`${counted(hosts.length, 'host')}: ${hostList(hosts)}`, ...lines.map((line) => `  ${line}`)];
}
