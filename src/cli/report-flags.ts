import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { SEVERITIES } from '../core/report.ts';
import { REPORT_FORMATS } from '../reports/format.ts';

/** Paths are from where the command is called, wherever it goes. */
const collectPath = (file: string, all: readonly string[]): string[] => [...all, resolve(file)];

export const reportFileFlags = (command: Command): Command =>
  command
    .option('--report <file>', `write a report, by its ending: ${endings()} (repeatable)`, collectPath, [])
    .addOption(
      new Option('--format <kind>', 'what a report is written as, whatever its ending').choices(
        Object.keys(REPORT_FORMATS),
      ),
    );

export const auditReportFlags = (command: Command): Command =>
  reportFileFlags(command)
    .option('--diff <report.json>', 'tell what appeared, went and stayed since an earlier audit')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 11 where something is found that is so severe, or worse').choices([
        ...SEVERITIES,
      ]),
    );

const endings = (): string =>
  Object.values(REPORT_FORMATS)
    .map(([ending]) => ending)
    .join(' ');
