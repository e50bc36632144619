import type { Severity } from '../core/finding.ts';
import type { SarifOptions } from './sarif.ts';

/** What formats need beside the report. */
export interface FormatOptions extends SarifOptions {
  /** From which severity on a finding is a failure; left out: a warning is one. */
  readonly failOn?: Severity;
  /** The text that the file held so far. */
  readonly before?: string;
}

/** Each with the endings of its files. */
export const REPORT_FORMATS = {
  html: ['.html', '.htm'],
  json: ['.json'],
  markdown: ['.md', '.markdown'],
  csv: ['.csv'],
  junit: ['.xml', '.junit'],
  sarif: ['.sarif'],
  prometheus: ['.prom'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ReportFormat = keyof typeof REPORT_FORMATS;

/** The format that a file's name ends in; undefined for any other ending. */
export function formatOf(file: string): ReportFormat | undefined {
  const formats = Object.entries(REPORT_FORMATS) as [ReportFormat, readonly string[]][];
  return formats.find(([, endings]) => endings.some((ending) => file.toLowerCase().endsWith(ending)))?.[0];
}
