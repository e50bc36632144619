import { hostAt, hostsWith } from '../route.ts';
import { type SameHosts, sameHosts } from '../same-hosts.ts';
import { counted, STANDING_WORDS, statusWord } from '../words.ts';
import { type Child, html, link } from './element.ts';
import type { Page } from './page.ts';
import { codeLink, marked } from './signs.ts';

/** Rows, before the rest is folded away. */
const SHOWN = 25;
const NAMES = 5;

/** Hosts of which the same is to be told, as one row each. */
export function groups(page: Page): Child {
  const all = sameHosts(page.fleet).map((group) => row(group, page));
  const rest = all.slice(SHOWN);
  return [
    html('ul', { class: 'groups' }, ...all.slice(0, SHOWN)),
    rest.length === 0
      ? undefined
      : html('details', {}, html('summary', {}, `${rest.length} more`), html('ul', { class: 'groups' }, ...rest)),
  ];
}

function row(group: SameHosts, page: Page): HTMLElement {
  const end = statusWord(group.status, page.report.kind);
  const { tone } = group.standing === 'unknown' ? end : STANDING_WORDS[group.standing];
  return html(
    'li',
    { class: `group tone-${tone}` },
    html(
      'p',
      { class: 'size' },
      html('b', {}, group.hosts.length.toLocaleString('en')),
      group.hosts.length === 1 ? ' host' : ' hosts',
    ),
    html('div', {}, html('p', { class: 'standing' }, ...outcome(group, page)), ...what(group, page), names(group)),
  );
}

/** How they stand, and how it ended, where the one does not say the other. */
function outcome({ standing, status }: SameHosts, { report }: Page): Child[] {
  const worst = STANDING_WORDS[standing];
  const end = statusWord(status, report.kind);
  return [
    standing === 'unknown' ? undefined : marked(worst.tone, worst.word),
    status === 'ok' ? undefined : marked(end.tone, end.word),
  ];
}

function what({ codes, hosts: [first], heldBy, reasons }: SameHosts, { texts }: Page): Child[] {
  const severityOf = (code: string) => first.findings.find((finding) => finding.code === code)?.severity ?? 'info';
  return [
    ...codes.map((code) =>
      html('p', { class: 'what' }, codeLink(code, severityOf(code)), ' ', texts[code]?.title ?? code),
    ),
    heldBy.length === 0
      ? undefined
      : html('p', { class: 'quiet' }, 'Held by ', ...listed(heldBy.map(([who, n]) => held(who, n)))),
    ...reasons
      .slice(0, 3)
      .map(([reason, n]) => html('p', { class: 'quiet' }, reason, n > 1 ? ` (${counted(n, 'host')})` : '')),
  ];
}

const held = (who: string, n: number): Child => [link(hostsWith({ held: who }), who), ` (${counted(n, 'host')})`];

/** The first few, with commas between. */
const listed = (items: readonly Child[], shown = 4): Child[] => [
  ...items.slice(0, shown).flatMap((item, i) => (i === 0 ? [item] : [', ', item])),
  ...(items.length > shown ? [` and ${items.length - shown} more`] : []),
];

function names({ hosts }: SameHosts): Child {
  const links = hosts.map(({ report }) => link(hostAt(report.host), report.host));
  if (links.length <= NAMES) return html('p', { class: 'names' }, ...links);
  return html(
    'details',
    { class: 'names' },
    html(
      'summary',
      {},
      hosts
        .slice(0, NAMES)
        .map(({ report }) => report.host)
        .join(', '),
      ` and ${links.length - NAMES} more`,
    ),
    html('p', {}, ...links),
  );
}
