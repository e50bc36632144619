import { codesOf, type FleetHost, tally } from '../fleet.ts';
import { heldMounts } from '../held-mounts.ts';
import { hostAt, hostsWith } from '../route.ts';
import { holderWords } from '../same-hosts.ts';
import { counted, KINDS, STANDING_WORDS } from '../words.ts';
import { bars } from './charts.ts';
import { type Child, html, link } from './element.ts';
import { graph } from './graph.ts';
import type { Page, View } from './page.ts';
import { codeLink, severityMark } from './signs.ts';

/** Every code that is found, the worst first. */
export function findings({ report, fleet, texts }: Page): View {
  const rows = codesOf(fleet).map(({ code, severity, hosts, findings: times }) =>
    html(
      'tr',
      {},
      html('th', { scope: 'row' }, codeLink(code, severity)),
      html('td', {}, texts[code]?.title ?? ''),
      html('td', {}, severityMark(severity)),
      html('td', { class: 'number' }, hosts.length.toLocaleString('en')),
      html('td', { class: 'number' }, times.toLocaleString('en')),
    ),
  );
  const heads = ['Code', 'What it means', 'Severity', 'Hosts', 'Findings'];
  return {
    title: 'Findings',
    content: [
      html('h1', { tabindex: -1 }, 'Findings'),
      rows.length === 0
        ? html('p', { class: 'quiet' }, foundNothing(report))
        : html(
            'div',
            { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Findings' },
            html(
              'table',
              {},
              html('thead', {}, html('tr', {}, ...heads.map((head) => html('th', { scope: 'col' }, head)))),
              html('tbody', {}, ...rows),
            ),
          ),
    ],
  };
}

function foundNothing({ kind, hosts }: Page['report']): string {
  const gone = hosts.flatMap((host) => host.gone).length;
  if (gone > 0) return `Nothing is left: ${counted(gone, 'finding is', 'findings are')} no longer there.`;
  if (hosts.every(({ unchecked }) => unchecked))
    return `This ${KINDS[kind].toLowerCase()} did not look for stuck containers.`;
  return 'Nothing was found on the hosts that were looked at.';
}

/** All about one code: what it means, and where it is found. */
export function finding(page: Page, code: string): View {
  const counts = codesOf(page.fleet).find((one) => one.code === code);
  const text = page.texts[code];
  const gone = page.report.hosts.filter((host) => host.gone.some((one) => one.code === code)).length;
  const title = text?.title ?? (counts ? code : 'No such finding');
  return {
    title: `${code} ${title}`,
    content: [
      html('p', { class: 'way' }, link('#/findings', 'Findings')),
      html('h1', { tabindex: -1 }, html('span', { class: 'quiet' }, code), ' ', title),
      gone === 0
        ? undefined
        : html(
            'p',
            { class: 'facts' },
            `${page.report.kind === 'check' ? 'A run would take it away' : 'No longer there'} on ${counted(gone, 'host')}`,
          ),
      counts && html('p', {}, severityMark(counts.severity), ` on ${counted(counts.hosts.length, 'host')}`),
      text && html('p', { class: 'meaning' }, text.meaning),
      text && html('section', {}, html('h2', {}, 'What to do'), html('ol', { class: 'todo' }, ...text.todo.map(item))),
      ...(counts ? places(counts.hosts, code) : []),
      text && html('section', {}, html('h2', {}, 'To read up'), html('ul', {}, ...text.sources.map(item))),
    ],
  };
}

const item = (line: string): HTMLElement => html('li', {}, line);

/** Hosts on the page of a code, before a link to the rest. */
const SHOWN = 50;

function places(hosts: readonly FleetHost[], code: string): Child[] {
  const found = hosts.flatMap((host) => of(host, code).map((finding) => ({ host, finding })));
  const [first] = hosts;
  const held = first ? of(first, code).flatMap((one) => heldMounts(one) ?? []) : [];
  const left = found.length - SHOWN;
  return [
    ...(held.length === 0
      ? []
      : [
          html('section', {}, holders(hosts, code)),
          html('section', {}, html('h2', {}, `Who holds what on ${first?.report.host}`), graph(held)),
        ]),
    html(
      'section',
      {},
      html('h2', {}, 'Where'),
      html(
        'dl',
        { class: 'places' },
        ...found.slice(0, SHOWN).map(({ host, finding }) => place(host, finding.message)),
      ),
      left > 0
        ? html('p', {}, link(hostsWith({ code }), `All ${counted(hosts.length, 'host')} with ${code}`))
        : undefined,
    ),
  ];
}

const of = ({ findings }: FleetHost, code: string) => findings.filter((finding) => finding.code === code);

const place = ({ report }: FleetHost, message: string): HTMLElement =>
  html('div', {}, html('dt', {}, link(hostAt(report.host), report.host)), html('dd', { class: 'clamped' }, message));

function holders(hosts: readonly FleetHost[], code: string): Child {
  const names = hosts.flatMap((host) => [
    ...new Set(
      of(host, code)
        .flatMap((one) => heldMounts(one)?.holder ?? [])
        .map(holderWords),
    ),
  ]);
  return bars(
    'Held by',
    tally(names)
      .slice(0, 12)
      .map(([who, count]) => ({
        ...{ label: who, count, href: hostsWith({ held: who, code }) },
        tone: STANDING_WORDS.critical.tone,
      })),
    'host',
  );
}
