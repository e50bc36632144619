import { structuredPatch } from 'diff';
import { printable } from '../core/printable.ts';
import type { Style } from './style.ts';

/** Beyond so many changed lines the diff is not worth its time or its reading. */
const MAX_EDITS = 1000;

export interface FileChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** A unified diff with three lines of context, or nothing where both sides are the same. A diff that would be too long is said to be so. */
export function unifiedDiff({ path, before, after }: FileChange, style: Style): string[] {
  if (before === after) return [];
  const header = [style.bold(`--- ${printable(path)} (before)`), style.bold(`+++ ${printable(path)} (after)`)];
  const patch = structuredPatch('', '', before, after, '', '', {
    context: 3,
    maxEditLength: MAX_EDITS,
  });
  if (!patch) return [...header, `(more than ${MAX_EDITS} lines differ)`];
  return [...header, ...patch.hunks.flatMap((hunk) => [style.cyan(range(hunk)), ...hunk.lines.map(coloured(style))])];
}

interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
}

// An empty side is numbered by the line before it (POSIX diff -u).
const range = ({ oldStart, oldLines, newStart, newLines }: Hunk): string =>
  `@@ -${oldLines === 0 ? oldStart - 1 : oldStart},${oldLines} +${newLines === 0 ? newStart - 1 : newStart},${newLines} @@`;

const coloured = (style: Style) => (line: string) => {
  const safe = printable(line, 'lines');
  if (safe.startsWith('+')) return style.green(safe);
  return safe.startsWith('-') ? style.red(safe) : safe;
};
