import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { causeText } from '../core/cause-text.ts';
import { everyOne, inputError } from '../core/diagnostic.ts';
import type { Severity } from '../core/finding.ts';
import type { Report } from '../core/report.ts';
import { CATALOGUE } from '../docker/finding-catalogue.ts';
import { isMissing, replaceDurably } from '../journal/index.ts';
import { type FormatOptions, formatOf, formatted, type ReportFormat } from '../reports/index.ts';
import { packageVersion } from './own-package.ts';
import type { ReportFileFlags } from './report-flags.ts';

/** A file that a report will be written to, as far as can be known beforehand. */
export interface ReportFile {
  readonly path: string;
  readonly format: ReportFormat;
}

/** Before any host is touched. @throws InputError for every file that can't be written, or whose format nobody knows */
export async function reportFiles({ report = [], format }: ReportFileFlags): Promise<readonly ReportFile[]> {
  if (format !== undefined && report.length === 0)
    throw inputError(`--format ${format}: there is no report to write so`, 'name its file: --report FILE');
  const twice = report.find((path, i) => report.indexOf(path) !== i);
  if (twice !== undefined) throw inputError(`--report ${twice} is given twice`, 'name another file');
  return everyOne(report, async (path) => ({ path: await writable(path), format: format ?? formatByName(path) }));
}

function formatByName(path: string): ReportFormat {
  const format = formatOf(path);
  if (format !== undefined) return format;
  throw inputError(
    `--report ${path}: its name does not say in which format`,
    'name it r.html, r.json, r.md, r.csv, r.xml (JUnit), r.sarif or r.prom, or add --format',
  );
}

/** The path of the file itself, behind links. What is there and no file (a device, a pipe) would be replaced by one. */
async function writable(path: string): Promise<string> {
  const refused = (why: string) =>
    inputError(`--report ${path}: ${why}`, 'name a file in a folder that is there and that you can write to');
  const target = await realpath(path).catch((cause: unknown) => {
    if (isMissing(cause)) return path;
    throw refused(causeText(cause));
  });
  const there = await stat(target).catch(() => undefined);
  if (there !== undefined && !there.isFile()) throw refused(there.isDirectory() ? 'it is a folder' : 'it is no file');
  const why = await access(dirname(target), constants.W_OK | constants.X_OK).then(() => undefined, causeText);
  if (why !== undefined) throw refused(why);
  return target;
}

/** Writes all of them, each whole or not at all; says on stderr which could not be. @returns true where all are written */
export async function writeReports(
  files: readonly ReportFile[],
  report: Report,
  failOn: Severity | undefined,
): Promise<boolean> {
  let areAll = true;
  for (const file of files) {
    try {
      await writeReport(file, report, failOn);
    } catch (cause) {
      areAll = false;
      console.error(`error: the report ${file.path} is not written: ${causeText(cause)}\n  ${againFor(report)}`);
    }
  }
  return areAll;
}

/** Only what changes hosts keeps a journal. */
const againFor = ({ kind, run }: Report): string =>
  kind === 'audit' || kind === 'check'
    ? `make room or name another file, and call it again: ${kind === 'audit' ? 'an audit' : 'a dry run'} keeps no journal`
    : `what the run did is not touched by that; make room or name another file: unwedge runs show ${run} --report FILE`;

async function writeReport({ path, format }: ReportFile, report: Report, failOn: Severity | undefined): Promise<void> {
  const before = await textOf(path);
  const options: FormatOptions = {
    ...{ version: packageVersion(), texts: CATALOGUE, before: before?.text ?? '' },
    ...(failOn === undefined ? {} : { failOn }),
  };
  await replaceDurably(path, await formatted(format, report, options), before?.mode ?? FOR_ALL);
}

/** As any file that a command writes: the umask says who may read it. node_exporter is another user. */
const FOR_ALL = 0o666;

async function textOf(path: string): Promise<{ readonly text: string; readonly mode: number } | undefined> {
  try {
    return { text: await readFile(path, 'utf8'), mode: (await stat(path)).mode & 0o777 };
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}
