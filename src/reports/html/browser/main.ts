import { fleetOf } from '../fleet.ts';
import { hostsWith, type Route, routeOf } from '../route.ts';
import type { Told } from '../told.ts';
import { fill } from './element.ts';
import { everything } from './everything.ts';
import { finding, findings } from './findings-pages.ts';
import { type Frame, frame } from './frame.ts';
import { hostPage } from './host-page.ts';
import { hostsPage } from './hosts-page.ts';
import { overview } from './overview.ts';
import type { Page, View } from './page.ts';
import { printing } from './printing.ts';

/** Draws the report that lies in the page as JSON, and draws anew when the address says so. */
function start(): void {
  const told: Told = JSON.parse(document.getElementById('report')?.textContent ?? '');
  const page: Page = { ...told, fleet: fleetOf(told.report) };
  const around = frame();
  document.body.prepend(...around.elements);
  let view = show(page, around);
  addEventListener('hashchange', () => {
    view = show(page, around);
    scrollTo(0, 0);
    // Who reads by ear hears where they are; who is typing goes on.
    if (document.activeElement !== around.search) around.main.querySelector<HTMLElement>('h1')?.focus();
  });
  const find = (): void => {
    const q = around.search.value;
    if (view.search) view.search(q);
    else {
      // At once: by the address alone, the next letter would come before the view does.
      history.pushState(null, '', hostsWith({ q }));
      view = show(page, around);
    }
  };
  around.search.addEventListener('input', find);
  keys(around, find);
  printing(around.main, () => view);
}

function show(page: Page, { main, mark, search }: Frame): View {
  const route = routeOf(location.hash);
  const view = viewOf(page, route);
  document.title = `${view.title} · unwedge ${page.report.kind}`;
  search.value = route.view === 'hosts' ? route.query.q : '';
  main.replaceChildren();
  fill(main, view.content);
  mark(placeOf(route));
  return view;
}

function viewOf(page: Page, route: Route): View {
  switch (route.view) {
    case 'overview':
      return overview(page);
    case 'findings':
      return findings(page);
    case 'everything':
      return everything(page);
    case 'hosts':
      return hostsPage(page, route.query);
    case 'host':
      return hostPage(page, route.name);
    case 'finding':
      return finding(page, route.name);
    default:
      return route satisfies never;
  }
}

/** The place in the navigation that a view belongs to. */
const placeOf = ({ view }: Route): string =>
  ({
    overview: '#/',
    findings: '#/findings',
    finding: '#/findings',
    hosts: '#/hosts',
    host: '#/hosts',
    everything: '#/everything',
  })[view];

/** `/` goes to the search; there Escape empties it, then goes back to the page, and down goes to the first host. */
function keys({ main, search }: Frame, find: () => void): void {
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
  search.addEventListener('keydown', (event) => {
    const goesDown = event.key === 'ArrowDown' || event.key === 'Enter';
    if (goesDown) main.querySelector<HTMLElement>('.hosts tbody th a')?.focus();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    if (search.value === '') return main.focus();
    search.value = '';
    find();
  });
}

start();
