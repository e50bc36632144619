import { compare, type FleetHost, STANDINGS, STATUSES } from './fleet.ts';
import { holderWords } from './same-hosts.ts';

/** What hosts can be told apart by, and which words of it a host has. */
const FILTERS = {
  standing: ({ standing }) => [standing],
  status: ({ report }) => [report.status],
  code: ({ codes }) => codes,
  group: ({ report }) => report.groups ?? [],
  /** Who holds mounts there, and of which kind they are. */
  held: ({ holders }) => holders.map(holderWords),
  holder: ({ holders }) => holders.map(({ kind }) => kind),
  enforced: ({ report }) => [report.enforced ?? ''],
  /** Of changes. */
  state: ({ report }) => report.changes.map(({ state }) => state),
} satisfies Readonly<Record<string, (host: FleetHost) => readonly string[]>>;

export type Filter = keyof typeof FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as Filter[];

/** Every word that some host has for a filter, in order. */
export const choices = (filter: Filter, fleet: readonly FleetHost[]): string[] =>
  [...new Set(fleet.flatMap(FILTERS[filter]))].filter(Boolean).toSorted(compare);

/** Which hosts are shown, and in which order: what the address of the hosts' page holds. A filter that is empty lets all through. */
export interface Query extends Readonly<Record<Filter, string>> {
  /** Words that all have to be somewhere in what is told of a host. */
  readonly q: string;
  readonly sort: Sort;
  readonly order: 'up' | 'down';
  /** From 1. */
  readonly page: number;
}

export const SORTS = ['worst', 'host', 'status', 'findings', 'changes', 'enforced'] as const;
export type Sort = (typeof SORTS)[number];

/** A query's filters as `wordFor` has them. */
export const filtersBy = (wordFor: (filter: Filter) => string): Record<Filter, string> =>
  Object.fromEntries(FILTER_NAMES.map((filter) => [filter, wordFor(filter)])) as Record<Filter, string>;

/** All hosts, the worst first. */
export const ANY: Query = { ...filtersBy(() => ''), q: '', sort: 'worst', order: 'up', page: 1 };

/** Hosts on one page. */
export const PAGE = 100;

/** The hosts that a query is about, in its order. */
export function matching(fleet: readonly FleetHost[], query: Query): FleetHost[] {
  const words = query.q.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = FILTER_NAMES.filter((filter) => query[filter] !== '');
  const found = fleet.filter(
    (host) =>
      wanted.every((filter) => FILTERS[filter](host).includes(query[filter])) &&
      words.every((word) => wordsOf(host).includes(word)),
  );
  return query.order === 'up' ? found.toSorted(ORDERS[query.sort]) : found.toSorted(ORDERS[query.sort]).reverse();
}

/** All that can be searched of a host, in small letters; each put together once. */
function wordsOf(host: FleetHost): string {
  const known = TEXTS.get(host);
  if (known !== undefined) return known;
  const { report, findings, holders } = host;
  const all = [
    ...[report.host, ...(report.groups ?? []), report.status, report.reason?.message ?? ''],
    ...findings.flatMap(({ code, severity, subject, message }) => [code, severity, subject, message]),
    ...holders.map(holderWords),
    ...report.changes.map(({ summary }) => summary),
  ];
  const text = all.join('\n').toLowerCase();
  TEXTS.set(host, text);
  return text;
}
const TEXTS = new WeakMap<FleetHost, string>();

type Order = (a: FleetHost, b: FleetHost) => number;

const BY_NAME: Order = (a, b) => naturally(a.report.host, b.report.host);
/** The same number of findings tells nothing: the worst stands first. */
const BY_WORST: Order = (a, b) =>
  STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
  b.findings.length - a.findings.length ||
  BY_NAME(a, b);

const ORDERS: Readonly<Record<Sort, Order>> = {
  worst: BY_WORST,
  host: BY_NAME,
  status: (a, b) => STATUSES.indexOf(a.report.status) - STATUSES.indexOf(b.report.status) || BY_NAME(a, b),
  findings: (a, b) => b.findings.length - a.findings.length || BY_NAME(a, b),
  changes: (a, b) => b.changes - a.changes || BY_NAME(a, b),
  enforced: (a, b) => compare(a.report.enforced ?? '', b.report.enforced ?? '') || BY_NAME(a, b),
};

/** `web-2` before `web-10`. */
function naturally(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (const [i, part] of left.entries()) {
    const other = right[i] ?? '';
    const order = i % 2 === 1 ? Number(part) - Number(other) || compare(part, other) : compare(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
