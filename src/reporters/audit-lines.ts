import type { Enforcement } from '../core/enforcement.ts';
import type { Finding } from '../core/finding.ts';
import { type HostReport, type Report, SEVERITIES } from '../core/report.ts';
import { shippedIn } from '../core/shipped.ts';
import { findingBlock, findingLine, onScreen } from './finding-lines.ts';
import { type Group, groupLines, groupsOfHosts, type Item, sameHosts, sameItems } from './same-hosts.ts';
import type { Style } from './style.ts';
import { counted, reasonLine } from './wording.ts';

export interface AuditView {
  readonly style: Style;
  /** Undefined: lines have no width. */
  readonly columns: number | undefined;
  readonly verbose: number;
  /** What `unwedge run` is called with for these hosts: `-i inventory.yaml`. */
  readonly inventory: string;
}

/** An audit on a screen: hosts with the same findings told together, the worst and the fewest first; then what to run. */
export function auditLines(report: Report, { style, columns, verbose, inventory }: AuditView): string[] {
  const exact = verbose > 0;
  const looked = report.hosts.filter(({ status }) => status === 'ok' || status === 'changed');
  const blocks = [
    titled('Not looked at:', sameHosts(byHost(report.hosts, notLooked), exact)),
    titled(
      'Not seen:',
      sameItems(
        byHost(report.hosts, ({ unseen }) => unseen),
        exact,
      ),
    ),
    titled('Found:', foundLines(looked, verbose)),
    titled(
      'Good to know:',
      sameItems(
        byHost(looked, (host) => of(host, isMinor).map(findingLine)),
        exact,
      ),
    ),
    titled(
      'What to do:',
      sameItems(
        byHost(
          [...looked].sort((a, b) => rankOf(a) - rankOf(b)),
          todo(inventory),
        ),
        exact,
      ),
    ),
  ];
  const fitted = (lines: readonly string[]) => (columns === undefined ? lines : onScreen(lines, columns, style));
  return paragraphs([
    ...blocks.map(fitted),
    [...fitted([countsLine(report)]).map(style.bold), ...fitted(enforcedLines(report))],
  ]);
}

const isMinor = ({ severity }: Finding): boolean => severity === 'info';
const isMajor = (finding: Finding): boolean => !isMinor(finding);
const of = ({ findings }: HostReport, which: (finding: Finding) => boolean): readonly Finding[] =>
  findings.filter(which);

function byHost(hosts: readonly HostReport[], items: (host: HostReport) => readonly Item[]) {
  return new Map(hosts.map((host) => [host.host, items(host)] as const).filter(([, some]) => some.length > 0));
}

const notLooked = ({ status, reason }: HostReport): readonly Item[] =>
  status === 'ok' || status === 'changed' ? [] : [`${status}${reason === undefined ? '' : `: ${reasonLine(reason)}`}`];

/** What must be looked at, the worst and the fewest hosts first; those without it in the end. */
function foundLines(hosts: readonly HostReport[], verbose: number): string[] {
  const items = new Map(hosts.map((host) => [host.host, of(host, isMajor).map((finding) => lineOf(finding, verbose))]));
  const worst = new Map(hosts.map((host) => [host.host, rankOf(host)]));
  const blind = new Set(hosts.filter(({ unseen }) => unseen.length > 0).map(({ host }) => host));
  const isBlind = ({ hosts }: Group) => hosts.some((host) => blind.has(host));
  const rank = ({ hosts: [first = ''] }: Group): number => worst.get(first) ?? SEVERITIES.length;
  return [...groupsOfHosts(items, verbose === 0)]
    .sort((a, b) => rank(a) - rank(b) || a.hosts.length - b.hosts.length)
    .flatMap((group) => withIds(group, items))
    .flatMap((group) => (group.items.size === 0 ? partedBy(group, (host) => blind.has(host)) : [group]))
    .flatMap((group) =>
      group.items.size === 0
        ? [`${counted(group.hosts.length, 'host')}: nothing${isBlind(group) ? ' that could be seen' : ''}`]
        : groupLines(group),
    );
}

/** Nothing found is one thing, and nothing seen another. */
const partedBy = (group: Group, isSo: (host: string) => boolean): readonly Group[] =>
  [true, false]
    .map((is) => ({ ...group, hosts: group.hosts.filter((host) => isSo(host) === is) }))
    .filter(({ hosts }) => hosts.length > 0);

/** One host's ids are worth telling. */
const withIds = (group: Group, items: ReadonlyMap<string, readonly Item[]>): readonly Group[] =>
  group.hosts.length > 1
    ? [group]
    : groupsOfHosts(new Map([...items].filter(([host]) => group.hosts.includes(host))), false);

const lineOf = (finding: Finding, verbose: number): Item =>
  verbose > 0 ? findingBlock(finding, verbose) : findingLine(finding);

/** Place among the severities of the worst finding. */
const rankOf = ({ findings }: HostReport): number =>
  Math.min(...findings.map(({ severity }) => SEVERITIES.indexOf(severity)), SEVERITIES.length);

/** The commands of the remedies, for these hosts; in words, with the code of what they are for, where no playbook does it. */
const todo =
  (inventory: string) =>
  (host: HostReport): readonly Item[] => [
    ...new Set(
      of(host, isMajor).map(({ code, remedy }) => `→ ${commandIn(remedy, inventory) ?? `${remedy} (${code})`}`),
    ),
  ];

function commandIn(remedy: string, inventory: string): string | undefined {
  const playbook = shippedIn(remedy);
  return playbook && `unwedge run ${playbook} ${inventory} --check`;
}

function countsLine({ hosts }: Report): string {
  const looked = hosts.filter(({ status }) => status === 'ok' || status === 'changed');
  const worst = looked.map(rankOf);
  const clear = looked.filter((host) => rankOf(host) > 1);
  const inPart = clear.filter(({ unseen }) => unseen.length > 0).length;
  const parts = [
    part(worst.filter((rank) => rank === 0).length, 'with something stuck'),
    part(worst.filter((rank) => rank === 1).length, 'with causes that wait'),
    part(clear.length - inPart, 'in order'),
    part(inPart, 'seen in part'),
    part(hosts.length - worst.length, 'not looked at'),
  ];
  return `${counted(hosts.length, 'host')}: ${parts.flat().join(', ')}`;
}

const part = (n: number, words: string): string[] => (n === 0 ? [] : [`${n} ${words}`]);

const ENFORCED: Readonly<Record<Enforcement, string>> = {
  namespace: 'kept from writing by a namespace of their own',
  uid: "kept from writing by their user's lack of rights",
  none: "not kept from writing but by the probes' own care",
};

/** How the hosts were kept from being written to, and why where it was not by the best way. */
function enforcedLines({ hosts }: Report): string[] {
  return (['namespace', 'uid', 'none'] as const).flatMap((level) => {
    const some = hosts.filter(({ enforced }) => enforced === level);
    const why = [...new Set(some.flatMap((host) => host.why ?? []))];
    const because = why.length === 0 || level === 'uid' ? '' : ` (${why.join('; ')})`;
    return some.length === 0 ? [] : [`${counted(some.length, 'host')} ${ENFORCED[level]}${because}`];
  });
}

const titled = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

const paragraphs = (blocks: readonly (readonly string[])[]): string[] =>
  blocks.filter((block) => block.length > 0).flatMap((block, i) => (i === 0 ? block : ['', ...block]));
