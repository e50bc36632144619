import { constants } from 'node:fs';
import { access, lstat, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { causeText } from '../../core/cause-text.ts';
import { everyOne, inputError } from '../../core/diagnostic.ts';
import type { Severity } from '../../core/finding.ts';
import type { Report } from '../../core/report.ts';
import { CATALOGUE } from '../../docker/finding-catalogue.ts';
import { isMissing, replaceDurably } from '../../journal/index.ts';
import { readLocal } from '../../local/read-file.ts';
import { type FormatOptions, formatOf, formatted, type ReportFormat } from '../../reports/index.ts';
import type { ReportFileFlags } from '../options.ts';
import { packageVersion } from '../own-package.ts';

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

/** The path of the file itself, behind links of the caller's own. What is there and not a file (a device, a pipe) would be replaced by one. */
async function writable(path: string): Promise<string> {
  const refused = (why: string) =>
    inputError(`--report ${path}: ${why}`, 'name a file in a folder that is there and that you can write to');
  const target = await behindOwnLinks(path).catch((cause: unknown) => {
    throw refused(causeText(cause));
  });
  const there = await stat(target).catch(() => undefined);
  if (there !== undefined && !there.isFile()) throw refused(there.isDirectory() ? 'it is a folder' : 'it is no file');
  const why = await access(dirname(target), constants.W_OK | constants.X_OK).then(() => undefined, causeText);
  if (why !== undefined) throw refused(why);
  return target;
}

/** As the kernel does in shared folders (fs.protected_symlinks): somebody else's link would choose the file that is replaced. */
async function behindOwnLinks(path: string): Promise<string> {
  let target = resolve(path);
  for (let links = 0; links <= MOST_LINKS; links++) {
    const found = await lstat(target).catch((cause: unknown) => {
      if (isMissing(cause)) return undefined;
      throw cause;
    });
    if (found === undefined || !found.isSymbolicLink()) return target;
    if (found.uid !== 0 && found.uid !== process.geteuid?.())
      throw new Error(`${target} is a symbolic link that belongs to another user (uid ${found.uid})`);
    target = resolve(dirname(target), await readlink(target));
  }
  throw new Error('too many symbolic links');
}

const MOST_LINKS = 40;

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
    // Written as a file of the caller's own: another user's mode does not count.
    const { mode, uid } = await lstat(path);
    const text = (await readLocal(path, { noLinks: true })).toString('utf8');
    return { text, mode: uid === process.geteuid?.() ? mode & 0o777 : FOR_ALL };
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}
