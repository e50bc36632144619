import { counted, hostList, oneLine } from './wording.ts';

/** Above so many hosts, ids are folded so that hosts with the same kind of finding are told together. */
const FOLD_ABOVE = 10;

interface Group {
  readonly hosts: string[];
  /** Distinct lines with how often they occur on all hosts of the group. */
  readonly lines: Map<string, number>;
}

/**
 * Tells hosts with the same lines together: `12 hosts: web-1, web-2 …` and the lines under it.
 * Container ids, pids and namespaces differ from host to host; on many hosts they are folded to `<id>`, with a count, unless `exact`.
 */
export function sameHosts(linesByHost: ReadonlyMap<string, readonly string[]>, exact: boolean): string[] {
  const fold = !exact && linesByHost.size > FOLD_ABOVE;
  const groups = new Map<string, Group>();
  for (const [host, raw] of linesByHost) {
    const lines = raw.map((line) => (fold ? folded(oneLine(line)) : oneLine(line)));
    const key = [...new Set(lines)].sort().join('\n');
    const group: Group = groups.get(key) ?? { hosts: [], lines: new Map() };
    groups.set(key, group);
    group.hosts.push(host);
    for (const line of lines) group.lines.set(line, (group.lines.get(line) ?? 0) + 1);
  }
  return [...groups.values()].flatMap(groupLines);
}

/** `mount 5f4c0f…e1 by pid 812 in mnt:[4026532570]` without what tells two hosts apart. */
const folded = (line: string): string =>
  line
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/g, '<id>')
    .replace(/\bpid \d+/g, 'pid <n>')
    .replace(/\bmnt:\[\d+\]/g, 'mnt:[<n>]');

function groupLines({ hosts, lines }: Group): string[] {
  const head = `${counted(hosts.length, 'host')}: ${hostList(hosts)}`;
  return [head, ...[...lines].map(([line, times]) => `  ${line}${times > hosts.length ? `  (${times} in all)` : ''}`)];
}
