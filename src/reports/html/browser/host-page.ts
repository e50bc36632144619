import type { Finding } from '../../../core/finding.ts';
import type { ReportedChange } from '../../../core/report.ts';
import { commandsFor } from '../commands.ts';
import type { FleetHost } from '../fleet.ts';
import { heldMounts } from '../held-mounts.ts';
import { ENFORCED_WORDS, KINDS, STATE_WORDS, statusWord } from '../words.ts';
import { commandList } from './command-list.ts';
import { type Child, html, link } from './element.ts';
import { graph } from './graph.ts';
import { below, type Level, type Page, type View } from './page.ts';
import { codeLink, marked, severityMark } from './signs.ts';

/** All that is known of one host. */
export function hostPage(page: Page, name: string): View {
  const host = page.fleet.find(({ report }) => report.host === name);
  const way = html('p', { class: 'way' }, link('#/hosts', 'Hosts'));
  if (host === undefined)
    return { title: 'No such host', content: [way, html('h1', { tabindex: -1 }, 'No such host'), html('p', {}, name)] };
  const heading = html('h1', { tabindex: -1 }, name);
  const { kind } = page.report;
  // What goes on with a run or takes it back does so on all its hosts.
  const isOfHost = kind === 'audit' || kind === 'check';
  const commands = isOfHost ? commandList('What to run', commandsFor(page.report, [host])) : undefined;
  return { title: name, content: [way, heading, ...hostParts(page, host, 'h2'), commands] };
}

/** What is told of a host, below its own heading. */
export const hostParts = (page: Page, host: FleetHost, level: Level): Child[] => [
  summary(page, host),
  unseen(host, level),
  holds(host, level),
  section('Findings', level, host.report.findings, (all) =>
    all.map((finding) => card(finding, page, below(level), finding.remedy)),
  ),
  // Nothing is left to be done about them.
  section(page.report.kind === 'check' ? 'A run would take away' : 'No longer there', level, host.report.gone, (all) =>
    all.map((finding) => card(finding, page, below(level))),
  ),
  changeTable(host, level),
];

function summary({ report: { kind } }: Page, { report, findings }: FleetHost): Child {
  const { word, tone } = statusWord(report.status, kind);
  const { enforced, reason, groups = [] } = report;
  return [
    html(
      'p',
      { class: 'facts' },
      marked(tone, word),
      groups.length === 0 ? undefined : ` · in ${groups.join(', ')}`,
      enforced === undefined ? undefined : ` · kept from writing by: ${enforced} (${ENFORCED_WORDS[enforced].meaning})`,
    ),
    reason &&
      html('p', { class: 'reason' }, reason.message, reason.todo && html('span', { class: 'todo' }, reason.todo)),
    findings.length === 0 && reason === undefined
      ? html('p', { class: 'quiet' }, foundNothing(report, kind))
      : undefined,
  ];
}

const foundNothing = ({ unchecked, gone }: FleetHost['report'], kind: Page['report']['kind']): string => {
  if (unchecked) return `This ${KINDS[kind].toLowerCase()} did not look for stuck containers here.`;
  return gone.length === 0 ? 'Nothing was found.' : 'Nothing is left of what was found at first.';
};

const unseen = ({ report }: FleetHost, level: Level): Child =>
  section('What could not be seen', level, report.unseen, (lines) => [
    html('ul', { class: 'lines' }, ...lines.map((line) => html('li', {}, line))),
  ]);

const holds = ({ findings }: FleetHost, level: Level): Child =>
  section(
    'Who holds what',
    level,
    findings.flatMap((one) => heldMounts(one) ?? []),
    (held) => [graph(held)],
  );

function card(finding: Finding, { texts }: Page, level: Level, remedy?: string): Child {
  const { code, severity, subject, message, evidence } = finding;
  return html(
    'article',
    { class: 'finding' },
    html(level, {}, codeLink(code, severity), ' ', texts[code]?.title ?? subject),
    html('p', { class: 'facts clamped' }, severityMark(severity), ` · ${subject}`),
    html('p', { class: 'message' }, message),
    remedy && html('p', { class: 'todo' }, remedy),
    evidence.length === 0
      ? undefined
      : html(
          'details',
          {},
          html('summary', {}, `What it was concluded from (${evidence.length})`),
          html('ul', { class: 'lines' }, ...evidence.map((line) => html('li', {}, line))),
        ),
  );
}

const changeTable = ({ report }: FleetHost, level: Level): Child =>
  section('Changes', level, report.changes, (changes) => [
    html(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': `Changes of ${report.host}` },
      html(
        'table',
        {},
        html(
          'thead',
          {},
          html('tr', {}, ...['What', 'Step', 'State', 'Risk'].map((head) => html('th', { scope: 'col' }, head))),
        ),
        html('tbody', {}, ...changes.map(changeRow)),
      ),
    ),
  ]);

function changeRow({ summary, step, stepType, state, risk, may, reason, down = [] }: ReportedChange): HTMLElement {
  const { word, tone } = STATE_WORDS[state];
  return html(
    'tr',
    {},
    html(
      'td',
      { class: 'wide' },
      summary,
      reason && html('p', { class: 'quiet' }, reason),
      down.length === 0
        ? undefined
        : html('p', {}, marked('warning', `no restart policy, so down: ${down.join(', ')}`)),
    ),
    html('td', {}, step, step === stepType ? undefined : html('p', { class: 'quiet' }, stepType)),
    html('td', {}, marked(tone, may ? `may be ${word}` : word)),
    html(
      'td',
      {},
      risk === 'none' ? html('span', { class: 'quiet' }, 'none') : marked('warning', risk.replace('-', ' ')),
    ),
  );
}

/** Nothing where there is nothing to tell. */
const section = <Item>(
  title: string,
  level: Level,
  items: readonly Item[],
  content: (items: readonly Item[]) => readonly Child[],
): Child => (items.length === 0 ? undefined : html('section', {}, html(level, {}, title), ...content(items)));
