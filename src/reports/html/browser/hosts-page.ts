import { choices, FILTER_NAMES, type Filter, type Query } from '../query.ts';
import { hashOf } from '../route.ts';
import { HOLDER_KINDS, STANDING_WORDS, STATE_WORDS, statusWord } from '../words.ts';
import { html } from './element.ts';
import { hostTable } from './host-table.ts';
import type { Page, View } from './page.ts';

/** All hosts, with filters. What is chosen stands in the address, so that it can be sent to somebody and come back to. */
export function hostsPage(page: Page, query: Query): View {
  const results = html('div', { class: 'results' });
  let shown = query;
  const change = (news: Partial<Query>): void => {
    shown = { ...shown, page: 1, ...news };
    // No entry in the window's history for each letter.
    history.replaceState(null, '', hashOf({ view: 'hosts', query: shown }));
    draw();
  };
  const draw = (): void => results.replaceChildren(hostTable(page, shown, change));
  const filters = FILTER_NAMES.map((filter) => choice(filter, page, query, change));
  draw();
  return {
    title: 'Hosts',
    content: [html('h1', { tabindex: -1 }, 'Hosts'), html('div', { class: 'filters' }, ...filters), results],
    search: (q) => change({ q }),
    whole: (isWhole) => results.replaceChildren(hostTable(page, shown, change, isWhole)),
  };
}

const LABELS: Readonly<Record<Filter, string>> = {
  standing: 'Worst finding',
  status: 'Outcome',
  code: 'Finding',
  group: 'Group',
  held: 'Held by',
  holder: 'Kind of holder',
  enforced: 'Kept from writing by',
  state: 'State of a change',
};

/** Nothing to choose where all hosts have the same. */
function choice(filter: Filter, page: Page, query: Query, change: (news: Partial<Query>) => void) {
  const words = choices(filter, page.fleet);
  if (words.length < 2 && query[filter] === '') return undefined;
  const option = (value: string, text: string): HTMLElement =>
    Object.assign(html('option', {}, text), { value, selected: value === query[filter] });
  const options = words.map((word) => option(word, wordsFor(filter, word, page)));
  const select = html('select', {}, option('', 'any'), ...options);
  select.addEventListener('change', () => change({ [filter]: select.value }));
  return html('label', {}, html('span', {}, LABELS[filter]), select);
}

type Words = Readonly<Record<string, { readonly word: string }>>;

function wordsFor(filter: Filter, word: string, { report, texts }: Page): string {
  const wordIn = (words: Words): string => words[word]?.word ?? word;
  switch (filter) {
    case 'standing':
      return wordIn(STANDING_WORDS);
    case 'state':
      return wordIn(STATE_WORDS);
    case 'status':
      return (
        report.hosts.map(({ status }) => (status === word ? statusWord(status, report.kind).word : '')).find(Boolean) ??
        word
      );
    case 'code':
      return `${word} ${texts[word]?.title ?? ''}`;
    case 'holder':
      return HOLDER_KINDS[word] ?? word;
    default:
      return word;
  }
}
