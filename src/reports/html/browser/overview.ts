import { commandsFor } from '../commands.ts';
import { counted, duration, KINDS, verdict } from '../words.ts';
import { commandList } from './command-list.ts';
import { html } from './element.ts';
import { charts, headChart } from './fleet-charts.ts';
import { groups } from './groups.ts';
import type { Page, View } from './page.ts';
import { since } from './since.ts';

export function overview(page: Page): View {
  const { report, fleet } = page;
  const title = `${KINDS[report.kind]} of ${counted(report.hosts.length, 'host')}`;
  return {
    title,
    content: [
      html('h1', { tabindex: -1 }, title),
      facts(page),
      html('p', { class: 'verdict' }, verdict(report, fleet).join(' ')),
      headChart(page),
      since(page),
      html('section', {}, html('h2', {}, 'Outliers first'), groups(page)),
      html('section', {}, html('h2', {}, 'In numbers'), html('div', { class: 'charts' }, ...charts(page))),
      commandList('What to run', commandsFor(report, fleet)),
    ],
  };
}

/** Which run it was, and when. */
function facts({ report: { run, startedAt, finishedAt, playbooks } }: Page): HTMLElement {
  const took = finishedAt === undefined ? 'never finished' : duration(Date.parse(finishedAt) - Date.parse(startedAt));
  return html(
    'p',
    { class: 'facts' },
    html('time', { datetime: startedAt }, startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')),
    ` · ${took} · `,
    html('code', {}, run),
    playbooks.length === 0 ? undefined : ` · ${playbooks.join(', ')}`,
  );
}
