import { inputError } from '../core/diagnostic.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import { ExitCode } from '../core/exit-code.ts';
import type { Report } from '../core/report.ts';
import { foldJournal, loadEvents } from '../journal/index.ts';
import { reportOf } from '../reports/index.ts';
import type { ReportFileFlags } from './options.ts';
import { reportFiles, writeReports } from './sinks/report-files.ts';

/** Writes what is asked for of a run of which there is a journal. @throws InputError also while it is at work */
export async function reportPast(
  dir: string,
  run: string,
  isAtWork: boolean,
  flags: ReportFileFlags,
): Promise<ExitCode> {
  const files = await reportFiles(flags);
  if (files.length === 0) return ExitCode.done;
  if (isAtWork)
    throw inputError(`run ${run} is at work: what it comes to is not known yet`, 'once it has ended, again');
  const areWritten = await writeReports(files, await pastReport(dir, run), undefined);
  return areWritten ? ExitCode.done : ExitCode.reportNotWritten;
}

/** Of the whole run, with all that went on with it or took it back; of a rollback, of what it took back itself. */
export async function pastReport(dir: string, run: string): Promise<Report> {
  const events = await loadEvents(dir, run);
  const started = events.find((event): event is EventOf<'run.started'> => event.type === 'run.started');
  if (started?.mode !== 'rollback' || started.of === undefined) return reportOf(started?.mode ?? 'run', events);
  return reportOf('rollback', events, foldJournal(before(run, await loadEvents(dir, started.of)))?.hosts);
}

/** What was known when a rollback began. */
function before(rollback: string, events: readonly RunEvent[]): readonly RunEvent[] {
  const began = events.findIndex((event) => event.type === 'run.started' && event.run === rollback);
  return began === -1 ? events : events.slice(0, began);
}
