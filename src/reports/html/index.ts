import { createHash } from 'node:crypto';
import type { Report } from '../../core/report.ts';
import { script, style } from './assets.ts';
import { embedded, escaped } from './markup.ts';
import type { CodeText, Told } from './told.ts';
import { withoutScript } from './without-script.ts';
import { KINDS } from './words.ts';

export type { CodeText } from './told.ts';

/**
 * A report as one page of HTML that asks nothing of anybody: no other file, no network. Pure.
 * @param texts what codes mean, by code; those that the report does not have are left out of the page
 */
export function htmlReport(report: Report, texts: Readonly<Record<string, CodeText>> = {}): string {
  const found = report.hosts.flatMap(({ findings, gone }) => [...findings, ...gone]);
  const codes = new Set(
    [...found, ...(report.diff?.went ?? []), ...(report.diff?.unknown ?? [])].map(({ code }) => code),
  );
  const told: Told = { report, texts: Object.fromEntries(Object.entries(texts).filter(([code]) => codes.has(code))) };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escaped(`${KINDS[report.kind]} ${report.run}`)} · unwedge</title>
<style>${style}</style>
</head>
<body>
<noscript>${withoutScript(told)}</noscript>
<script type="application/json" id="report">${embedded(told)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Only the page's own program and style: what a host says can't become either. */
const POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
