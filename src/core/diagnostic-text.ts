import type { Diagnostic } from './diagnostic.ts';
import { printable } from './printable.ts';
import { ruleText } from './rule.ts';

const WIDTH = 120;

/** A finding as people read it: place, severity, message and code; the source line with a caret; what to do. */
export function formatDiagnostic(d: Diagnostic): string {
  const place = d.at ? `${printable(d.at.file)}:${d.at.line}:${d.at.column}: ` : '';
  const code = d.rule === undefined ? '' : ` [${ruleText(d.rule).code}]`;
  const lines = [`${place}${d.severity}: ${printable(d.message, 'lines')}${code}`];
  if (d.at && d.source !== undefined && d.source.trim() !== '')
    lines.push(...excerpt(d.source, d.at.column, d.length ?? 1));
  if (d.todo !== undefined) lines.push(`  ${printable(d.todo, 'lines')}`);
  return lines.join('\n');
}

/** The source line, cut to what surrounds the caret where it is long, and the caret below. */
function excerpt(source: string, column: number, length: number): string[] {
  const characters = [...source];
  const from =
    characters.length <= WIDTH ? 0 : Math.max(0, Math.min(column - 1 - WIDTH / 2, characters.length - WIDTH));
  const shown = characters.slice(from, from + WIDTH).map((c) => printable(c === '\t' ? ' ' : c));
  const before = shown.slice(0, column - 1 - from).join('');
  const meant = shown.slice(column - 1 - from, column - 1 - from + length).join('');
  const cutBefore = from > 0 ? '…' : '';
  const cutAfter = from + WIDTH < characters.length ? '…' : '';
  return [
    `  ${cutBefore}${shown.join('')}${cutAfter}`.trimEnd(),
    `  ${' '.repeat(cutBefore.length + [...before].length)}${'^'.repeat(Math.max(1, [...meant].length))}`,
  ];
}
