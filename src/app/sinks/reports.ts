import type { RunEvent } from '../../core/event.ts';
import { ExitCode } from '../../core/exit-code.ts';
import type { Severity } from '../../core/finding.ts';
import type { Report } from '../../core/report.ts';
import type { HostRecord } from '../../core/run-record.ts';
import { ReportFold } from '../../reports/index.ts';
import type { ReportFileFlags } from '../options.ts';
import { UNWATCHED, type Watch } from './notify.ts';
import { reportFiles, writeReports } from './report-files.ts';

/** What a report is of, and what is made of it beside its files. */
export interface Reported {
  readonly kind: Report['kind'];
  /** Who else hears of the run. */
  readonly watch?: Watch;
  /** Events of the run that this one goes on with. */
  readonly past?: (() => Promise<readonly RunEvent[]>) | undefined;
  /** Of a rollback: the record of what it takes back. */
  readonly earlier?: readonly HostRecord[];
  readonly failOn?: Severity | undefined;
  /** What is written in the report's place. */
  readonly completed?: (report: Report) => Report;
  /** The exit code in the place of that of a run which is done. */
  readonly codeOf?: (report: Report) => ExitCode;
}

/**
 * Does `work`, hears its events (`report`: so far) and writes the reports that are asked for, also where `work` throws in the middle of it.
 * @returns its exit code; of work that is done, whether a report could not be written
 * @throws InputError before `work` is begun, where a report can't be written
 */
export async function reported(
  flags: ReportFileFlags,
  { watch = UNWATCHED, failOn, completed = (report) => report, codeOf = () => ExitCode.done, ...of }: Reported,
  work: (watch: Watch, report: () => Report) => Promise<ExitCode>,
): Promise<ExitCode> {
  const files = await reportFiles(flags);
  const fold = new ReportFold(of.kind, of.earlier);
  for (const event of files.length > 0 ? ((await of.past?.()) ?? []) : []) fold.add(event);
  let isBegun = false;
  const hear = (event: RunEvent): void => {
    isBegun = true;
    fold.add(event);
    watch.hear(event);
  };
  const report = () => completed(fold.report());
  const write = async () => !isBegun || writeReports(files, report(), failOn);
  const heard = { ...watch, secrets: watch.secrets, hear };
  const code = await work(heard, report).catch(async (error: unknown) => {
    await write();
    throw error;
  });
  const areWritten = await write();
  if (code !== ExitCode.done || !isBegun) return code;
  return areWritten ? codeOf(report()) : ExitCode.reportNotWritten;
}
