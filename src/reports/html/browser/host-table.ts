import type { FleetHost } from '../fleet.ts';
import { matching, PAGE, type Query, type Sort } from '../query.ts';
import { hostAt } from '../route.ts';
import { counted, ENFORCED_WORDS, STANDING_WORDS, statusWord } from '../words.ts';
import { type Child, html, link } from './element.ts';
import type { Page } from './page.ts';
import { codeLink, marked } from './signs.ts';

type Change = (news: Partial<Query>) => void;

/** The hosts that match, a page of them; all of them where they are printed. */
export function hostTable(page: Page, query: Query, change: Change, isWhole = false): HTMLElement {
  const found = matching(page.fleet, query);
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const current = Math.min(query.page, pages);
  const shown = isWhole ? found : found.slice((current - 1) * PAGE, current * PAGE);
  const columns = COLUMNS.filter(({ isUsed }) => isUsed?.(page) ?? true);
  const table = html(
    'table',
    { class: 'hosts' },
    html('thead', {}, html('tr', {}, ...columns.map((column) => head(column, query, change)))),
    html('tbody', {}, ...shown.map((host) => html('tr', {}, ...columns.map(({ cell }) => cell(host, page))))),
  );
  table.addEventListener('keydown', walk);
  return html(
    'div',
    {},
    html(
      'p',
      { class: 'count', role: 'status' },
      count(found.length, page, shown.length, (current - 1) * PAGE, isWhole),
    ),
    found.length === 0 ? undefined : html('div', { class: 'scroll' }, table),
    isWhole ? undefined : pager(current, pages, change),
  );
}

function count(found: number, { fleet }: Page, shown: number, before: number, isWhole: boolean): string {
  const of =
    found === fleet.length
      ? counted(found, 'host')
      : `${counted(found, 'host')} of ${fleet.length.toLocaleString('en')}`;
  return found <= shown || isWhole ? of : `${of}, ${before + 1} to ${before + shown} shown`;
}

interface Column {
  readonly title: string;
  readonly sort: Sort;
  readonly isUsed?: (page: Page) => boolean;
  readonly cell: (host: FleetHost, page: Page) => HTMLElement;
}

const COLUMNS: readonly Column[] = [
  {
    title: 'Host',
    sort: 'host',
    cell: ({ report }) =>
      html('th', { scope: 'row' }, html('span', { class: 'clamped' }, link(hostAt(report.host), report.host))),
  },
  {
    title: 'Worst',
    sort: 'worst',
    cell: ({ standing }) => html('td', {}, marked(STANDING_WORDS[standing].tone, STANDING_WORDS[standing].word)),
  },
  { title: 'Findings', sort: 'findings', cell: (host) => html('td', { class: 'codes' }, ...codes(host)) },
  {
    title: 'Outcome',
    sort: 'status',
    cell: ({ report: { status } }, { report: { kind } }) => {
      const { word, tone } = statusWord(status, kind);
      return html('td', {}, marked(tone, word));
    },
  },
  {
    title: 'Changes',
    sort: 'changes',
    isUsed: ({ fleet }) => fleet.some(({ changes }) => changes > 0),
    cell: ({ changes }) => html('td', { class: 'number' }, changes === 0 ? '' : changes),
  },
  {
    title: 'Enforced',
    sort: 'enforced',
    isUsed: ({ report: { kind } }) => kind === 'audit',
    cell: ({ report: { enforced } }) =>
      html(
        'td',
        {},
        enforced === undefined ? '' : marked(ENFORCED_WORDS[enforced].tone, ENFORCED_WORDS[enforced].word),
      ),
  },
];

const CODES = 5;

function codes({ codes, findings }: FleetHost): Child[] {
  const chips = codes.slice(0, CODES).map((code) => {
    const all = findings.filter((finding) => finding.code === code);
    const [first] = all;
    return [
      first && codeLink(code, first.severity),
      all.length > 1 ? html('small', {}, ` ×${all.length}`) : undefined,
      ' ',
    ];
  });
  return [...chips, codes.length > CODES ? `and ${codes.length - CODES} more` : undefined];
}

function head({ title, sort }: Column, query: Query, change: Change): HTMLElement {
  const isSorted = query.sort === sort;
  const button = html('button', { type: 'button', 'data-sort': sort }, title);
  button.addEventListener('click', () => {
    change({ sort, order: isSorted && query.order === 'up' ? 'down' : 'up' });
    document.querySelector<HTMLElement>(`[data-sort="${sort}"]`)?.focus();
  });
  const order = query.order === 'up' ? 'ascending' : 'descending';
  return html('th', { scope: 'col', 'aria-sort': isSorted ? order : undefined }, button);
}

function pager(current: number, pages: number, change: Change): Child {
  if (pages === 1) return undefined;
  const to = (page: number, text: string): HTMLElement => {
    const button = html('button', { type: 'button', disabled: page < 1 || page > pages }, text);
    button.addEventListener('click', () => {
      change({ page });
      document.querySelector<HTMLElement>('.hosts th a')?.focus();
    });
    return button;
  };
  return html(
    'nav',
    { class: 'pager', 'aria-label': 'Pages of hosts' },
    to(current - 1, 'Previous'),
    html('span', {}, `Page ${current} of ${pages}`),
    to(current + 1, 'Next'),
  );
}

/** Up and down go from host to host. */
function walk(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement) || !(event.target instanceof Node)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('tbody th a')];
  const at = links.findIndex((one) => one.closest('tr')?.contains(event.target as Node));
  if (at === -1) return;
  event.preventDefault();
  links[at + step]?.focus();
}
