import { hostAt } from '../route.ts';
import { html, link } from './element.ts';
import { hostParts } from './host-page.ts';
import { overview } from './overview.ts';
import type { Page, View } from './page.ts';

/** The whole report on one page, to print or to search by the browser's own means. */
export function everything(page: Page): View {
  const telling = page.fleet.filter(
    ({ report, standing }) =>
      standing !== 'clean' || report.changes.length + report.gone.length + report.unseen.length > 0,
  );
  const { title, content } = overview(page);
  return {
    title: `${title}, everything`,
    content: [
      ...content,
      ...telling.map((host) =>
        html(
          'section',
          { class: 'host' },
          html('h2', {}, link(hostAt(host.report.host), host.report.host)),
          ...hostParts(page, host, 'h3'),
        ),
      ),
    ],
  };
}
