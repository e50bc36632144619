import type { RunEvent } from '../../core/event.ts';
import type { Severity } from '../../core/finding.ts';
import type { Report } from '../../core/report.ts';
import type { HostRecord } from '../../core/run-record.ts';
import { ReportFold } from '../../reports/index.ts';
import type { ReportFileFlags } from '../options.ts';
import { reportFiles, writeReports } from './report-files.ts';
import type { Sink } from './sink.ts';

/** What a report is of beside the run's own events. */
export interface Reported {
  /** Events of the run that this one goes on with. */
  readonly past?: (() => Promise<readonly RunEvent[]>) | undefined;
  /** Of a rollback: the record of what it takes back. */
  readonly earlier?: readonly HostRecord[];
  readonly failOn?: Severity | undefined;
  /** What is written in the report's place. */
  readonly completed?: (report: Report) => Report;
}

export interface Reports extends Sink {
  /** There was an event. */
  readonly isBegun: boolean;
  /** As far as the run has come. */
  report(): Report;
  /** Writes the files that were asked for; false where one could not be written, which is told. */
  write(): Promise<boolean>;
}

/** @throws InputError where a report can't be written: before the run is begun */
export async function reports(
  flags: ReportFileFlags,
  kind: Report['kind'],
  { past, earlier, failOn, completed = (report) => report }: Reported,
): Promise<Reports> {
  const files = await reportFiles(flags);
  const fold = new ReportFold(kind, earlier);
  for (const event of files.length > 0 ? ((await past?.()) ?? []) : []) fold.add(event);
  let isBegun = false;
  const report = () => completed(fold.report());
  return {
    get isBegun() {
      return isBegun;
    },
    event(event) {
      isBegun = true;
      fold.add(event);
    },
    report,
    write: async () => !isBegun || writeReports(files, report(), failOn),
  };
}
