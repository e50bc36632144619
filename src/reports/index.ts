/** What a run or an audit came to, in the formats that people and programs read. */
import type { Report } from '../core/report.ts';
import type { FormatOptions, ReportFormat } from './format.ts';

export { diffReports } from './diff.ts';
export { ReportFold, reportOf } from './fold-report.ts';
export { type FormatOptions, formatOf, type ReportFormat } from './format.ts';
export { REPORT_SCHEMA } from './report-schema.ts';
export { hasFound } from './tally.ts';

/** The text of a report's file. Only the format that is asked for is loaded. */
export async function formatted(format: ReportFormat, report: Report, options: FormatOptions): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('./html/index.ts')).htmlReport(report, options.texts);
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
