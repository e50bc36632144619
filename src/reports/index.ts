/** What a run or an audit came to, in the formats that people and programs read. */
import type { Report } from '../core/report.ts';
import type { FormatOptions } from './format.ts';

export { diffReports } from './diff.ts';
export { ReportFold, reportOf } from './fold-report.ts';
export type { FormatOptions } from './format.ts';
export { REPORT_SCHEMA } from './report-schema.ts';

/** Each with the endings of its files. */
export const REPORT_FORMATS = {
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

/** The text of a report's file. Only the format that is asked for is loaded. */
export async function formatted(format: ReportFormat, report: Report, options: FormatOptions): Promise<string> {
  switch (format) {
    case 'json':
      return (await import('./json.ts')).jsonReport(report);
    case 'markdown':
      return (await import('./markdown.ts')).markdownReport(report);
    case 'csv':
      return (await import('./csv.ts')).csvReport(report);
    case 'junit':
      return (await import('./junit.ts')).junitReport(report, options);
    case 'sarif':
      return (await import('./sarif.ts')).sarifReport(report, options);
    case 'prometheus':
      return (await import('./prometheus.ts')).prometheusReport(report, options);
    default:
      return format satisfies never;
  }
}
