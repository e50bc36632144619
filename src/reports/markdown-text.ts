import { printable } from '../core/printable.ts';

/**
 * Text of a host, of an inventory or a person's in a code span: there nothing of it is markup, an image, a link, or somebody's
 * name that is told of it (spec.commonmark.org, code spans).
 */
export function code(text: string): string {
  const safe = printable(text).trim();
  if (safe === '') return '` `';
  const longest = Math.max(0, ...(safe.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${safe} ${fence}` : fence + safe + fence;
}

/** The same in a cell of a table, which ends at a pipe wherever it stands. */
export const cell = (text: string): string => code(text.replaceAll('|', '¦'));

/** `web-1`, `web-2` and 40 more, each in a code span. */
export function hostNames(hosts: readonly string[], shown = 10): string {
  const names = hosts.slice(0, shown).map(code).join(', ');
  return hosts.length > shown ? `${names} and ${hosts.length - shown} more` : names;
}

export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Rows of our own words and of cells. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
