import { fleetOf } from './fleet.ts';
import { escaped } from './markup.ts';
import { type SameHosts, sameHosts } from './same-hosts.ts';
import type { Told } from './told.ts';
import { counted, KINDS, STANDING_WORDS, statusWord, verdict } from './words.ts';

/** What a browser without scripts shows: the same hosts together, outliers first. */
export function withoutScript({ report, texts }: Told): string {
  const fleet = fleetOf(report);
  const rows = sameHosts(fleet).map((group) => row(group, report.kind, texts));
  return `<main><h1>${KINDS[report.kind]} of ${counted(report.hosts.length, 'host')}</h1>
<p>${escaped(report.startedAt)} · ${escaped(report.run)}</p>
<p>${verdict(report, fleet).join(' ')}</p>
<table><thead><tr><th>Hosts</th><th>Worst</th><th>Outcome</th><th>Findings</th><th>Which</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
<p>This browser runs no scripts: hosts and findings one by one, filters and graphs are not shown.</p></main>`;
}

function row(
  { hosts, standing, status, codes }: SameHosts,
  kind: Told['report']['kind'],
  texts: Told['texts'],
): string {
  const found = codes.map((code) => `${code} ${texts[code]?.title ?? ''}`.trim());
  const cells = [
    hosts.length.toLocaleString('en'),
    STANDING_WORDS[standing].word,
    statusWord(status, kind).word,
    found.join('; '),
    hosts.map(({ report }) => report.host).join(', '),
  ];
  return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
}
