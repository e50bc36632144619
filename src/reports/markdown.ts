import { withoutIds } from '../core/alike.ts';
import type { Finding } from '../core/finding.ts';
import { foundNow, type HostFinding, type Report, SEVERITIES } from '../core/report.ts';
import { cell, code, counted, hostNames, table } from './markdown-text.ts';
import { counts, downOn, grouped, HOST_STATUSES, isKnown, worstOf } from './tally.ts';

/** For a ticket: short, what is the same is told once with its hosts. GitHub's flavour, for the tables. */
export function markdownReport(report: Report): string {
  const parts = [
    `# ${title(report)}\n`,
    facts(report),
    statusTable(report),
    since(report),
    findingTable(report),
    findings(report),
    gone(report),
    down(report),
    notServed(report),
    changes(report),
    unseen(report),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function title(report: Report): string {
  const worst = counts(report.hosts.map((host) => worstOf(report, host)));
  const told = SEVERITIES.flatMap((severity) => {
    const n = worst.get(severity) ?? 0;
    return n === 0 ? [] : [`${n} ${severity}`];
  });
  const unchecked = report.hosts.filter(
    (host) => host.unchecked && isKnown(host) && worstOf(report, host) === 'unknown',
  ).length;
  const unknown = (worst.get('unknown') ?? 0) - unchecked;
  const words = [
    ...told,
    ...(unchecked === 0 ? [] : [`${unchecked} not checked for stuck containers`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ].join(', ');
  return `unwedge ${report.kind}: ${counted(report.hosts.length, 'host')}: ${words || 'nothing found'}`;
}

function facts({ run, startedAt, finishedAt, playbooks, stopped }: Report): string {
  const end = finishedAt === undefined ? '; **it has no end: it was cut short**' : ` to ${finishedAt}`;
  const files = playbooks.length === 0 ? '' : `, ${playbooks.map(code).join(', ')}`;
  const why = stopped === undefined ? '' : `\n**Stopped before its last host**: ${code(stopped.reason.message)}\n`;
  return `Run ${code(run)}${files}, ${startedAt}${end}.\n${why}`;
}

function statusTable({ hosts }: Report): string {
  const n = counts(hosts.map(({ status }) => status));
  const rows = HOST_STATUSES.flatMap((status) => (n.has(status) ? [[status, String(n.get(status))]] : []));
  return table(['Status', 'Hosts'], rows);
}

interface Told {
  readonly host: string;
  readonly finding: Finding;
}

const allFound = (report: Report): readonly Told[] =>
  report.hosts.flatMap((host) => foundNow(report, host).map((finding) => ({ host: host.host, finding })));

const worstFirst = (told: readonly Told[]): readonly Told[] =>
  SEVERITIES.flatMap((severity) => told.filter(({ finding }) => finding.severity === severity));

const hostsOf = (told: readonly { readonly host: string }[]): readonly string[] => [
  ...new Set(told.map(({ host }) => host)),
];

function findingTable(report: Report): string {
  const groups = [...grouped(worstFirst(allFound(report)), ({ finding }) => `${finding.code} ${finding.severity}`)];
  if (groups.length === 0) return '';
  const rows = groups.map(([label, told]) => {
    const subjects = new Set(told.map(({ finding }) => withoutIds(finding.subject)));
    const [first = ''] = subjects;
    const about = cell(first) + (subjects.size > 1 ? ` and ${subjects.size - 1} more` : '');
    return [label, String(hostsOf(told).length), String(told.length), about];
  });
  return `## Findings\n\n${table(['Finding', 'Hosts', 'Times', 'About'], rows)}`;
}

/** Each text once, with all the hosts that have it; on one host alone with its ids. */
function findings(report: Report): string {
  const same = ({ finding: { code: of, severity, message } }: Told) =>
    JSON.stringify([of, severity, withoutIds(message)]);
  return [...grouped(worstFirst(allFound(report)), same).values()].map(findingItem).join('');
}

function findingItem(told: readonly Told[]): string {
  const [first] = told;
  if (first === undefined) return '';
  const { code: of, severity, message, remedy, evidence } = first.finding;
  const [hosts, isOne] = [hostsOf(told), told.length === 1];
  const text = (line: string) => code(isOne ? line : withoutIds(line));
  const why = isOne && severity === 'critical' ? evidence.map((line) => `  - ${code(line)}\n`).join('') : '';
  const names = `${counted(hosts.length, 'host')}: ${hostNames(hosts)}`;
  return `- **${of} ${severity}**, ${names}\n  - ${text(message)}\n${why}  - to do: ${text(remedy)}\n`;
}

/** What a run has done away with; a check has not. */
function gone({ kind, hosts }: Report): string {
  if (kind === 'check') return '';
  const all = hosts.flatMap(({ host, gone: some }) => some.map((finding) => ({ host, finding })));
  const groups = grouped(worstFirst(all), ({ finding }) => `${finding.code} ${finding.severity}`);
  const items = [...groups].map(([label, told]) => {
    const names = hostNames(hostsOf(told));
    return `- ${label}, ${counted(told.length, 'time')} on ${names}\n`;
  });
  return items.length === 0 ? '' : `## Found at first, and gone now\n\n${items.join('')}`;
}

function since({ diff }: Report): string {
  if (diff === undefined) return '';
  const part = (word: string, findings: readonly HostFinding[]) => [
    `- ${word}: ${findings.length}\n`,
    ...findings.slice(0, SHOWN).map(({ host, code: of, severity, message }) => {
      return `  - ${of} ${severity} ${code(host)}: ${code(message)}\n`;
    }),
    ...(findings.length > SHOWN ? [`  - and ${findings.length - SHOWN} more\n`] : []),
  ];
  const lines = [
    ...part('appeared', diff.appeared),
    ...part('went', diff.went),
    `- stayed: ${diff.stayed.length}\n`,
    ...part('unknown, for the host was not looked at to its end', diff.unknown),
  ];
  return `## Since ${code(diff.run)}, ${diff.startedAt}\n\n${lines.join('')}`;
}

const SHOWN = 20;

function notServed({ hosts }: Report): string {
  const ill = hosts.filter((host) => !isKnown(host));
  const groups = grouped(ill, ({ status, reason }) => JSON.stringify([status, reason]));
  const items = [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { status, reason } = first;
    const names = hostNames([first, ...others].map(({ host }) => host));
    const why = reason === undefined ? '' : `: ${code(reason.message)}`;
    const todo = reason?.todo === undefined ? '' : `\n  - to do: ${code(reason.todo)}`;
    return [`- **${status}** ${names}${why}${todo}\n`];
  });
  return items.length === 0 ? '' : `## Not served\n\n${items.join('')}`;
}

function changes({ hosts }: Report): string {
  const all = hosts.flatMap(({ host, changes: some }) => some.map((change) => ({ host, ...change })));
  const groups = grouped(all, ({ summary, ...of }) =>
    JSON.stringify([of.state, of.may === true, of.risk, withoutIds(summary), of.reason]),
  );
  const items = [...groups.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    const { state, may, risk, summary, reason } = first;
    const text = code(some.length === 1 ? summary : withoutIds(summary));
    const why = reason === undefined ? '' : `: ${code(reason)}`;
    const word = `**${may ? 'may be ' : ''}${state}**${risk === 'none' ? '' : ` (${risk})`}`;
    return [`- ${word} ${text}${why}, ${counted(some.length, 'time')} on ${hostNames(hostsOf(some))}\n`];
  });
  return items.length === 0 ? '' : `## Changes\n\n${items.join('')}`;
}

/** Containers that a restart or a reboot has stopped or would stop, and that nothing starts again. */
function down({ kind, hosts }: Report): string {
  const items = downOn(hosts).map(({ host, names }) => `- ${hostNames([host])}: ${names.map(code).join(', ')}\n`);
  const word = kind === 'check' ? 'A run would leave these containers down' : 'Containers that this run left down';
  return items.length === 0 ? '' : `## ${word} (they have no restart policy)\n\n${items.join('')}`;
}

function unseen({ hosts }: Report): string {
  const lines = hosts.flatMap(({ host, unseen: some }) => some.map((line) => ({ host, line })));
  const items = [...grouped(lines, ({ line }) => line)].map(([line, some]) => {
    return `- ${hostNames(hostsOf(some))}: ${code(line)}\n`;
  });
  return items.length === 0 ? '' : `## Not seen\n\n${items.join('')}`;
}
