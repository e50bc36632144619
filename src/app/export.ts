import { resolve } from 'node:path';
import { causeText } from '../core/cause-text.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import { CATALOGUE } from '../docker/finding-catalogue.ts';
import { pack } from '../evidence/archive.ts';
import { type BundleFile, MANIFEST, manifestOf, manifestText } from '../evidence/manifest.ts';
import { scriptFiles, scriptsSent } from '../evidence/scripts.ts';
import { journalBytes, loadEvents, lockHolder, replaceDurably } from '../journal/index.ts';
import { formatted, type ReportFormat } from '../reports/index.ts';
import { textOf } from '../transport/script-store.ts';
import { runLock } from './locks.ts';
import { packageVersion, softwareNow } from './own-package.ts';
import { pastReport } from './report-past.ts';
import { findWholeRun } from './resumable.ts';
import { readPlan } from './saved-plan-file.ts';
import { stateDir } from './state-dir.ts';

export interface ExportFlags {
  readonly out?: string;
  readonly stateDir?: string;
}

/** `unwedge runs export RUN`: all that is known of a run in one file, which tells if it was changed. */
export async function exportRun(prefix: string, flags: ExportFlags): Promise<void> {
  const dir = stateDir(flags);
  const run = await findWholeRun(dir, prefix);
  const events = await loadEvents(dir, run);
  const parts = events.filter((event): event is EventOf<'run.started'> => event.type === 'run.started');
  for (const part of parts) await mustBeOver(dir, part.run);
  const files = await filesOf(dir, run, parts, events);
  const manifest = manifestOf(run, files);
  const to = flags.out ?? `unwedge-${run}.tar.gz`;
  const bytes = await pack([{ name: MANIFEST, bytes: bytesOf(manifestText(manifest)) }, ...files]);
  await replaceDurably(resolve(to), bytes).catch((cause: unknown) => {
    throw inputError(`the bundle can't be written to ${to}: ${causeText(cause)}`, 'name another file: --out FILE');
  });
  console.log(`evidence of run ${run}: ${to}, ${files.length} files\nhead ${manifest.head}`);
  console.log(
    `note the head elsewhere, in a ticket: unwedge runs verify ${to} --head HEAD tells whether it is still this one`,
  );
}

async function mustBeOver(dir: string, run: string): Promise<void> {
  if ((await lockHolder(await runLock(dir, run))) === undefined) return;
  throw inputError(`run ${run} is at work: what it comes to is not known yet`, 'once it has ended, again');
}

async function filesOf(
  dir: string,
  run: string,
  parts: readonly EventOf<'run.started'>[],
  events: readonly RunEvent[],
): Promise<readonly BundleFile[]> {
  const journals = await Promise.all(
    parts.map(async (part) => ({ name: `journals/${part.run}.jsonl`, bytes: await journalBytes(dir, part.run) })),
  );
  const plan = await planFile(parts[0]);
  const { scripts, files } = await scriptFiles(scriptsSent(events), textOf);
  const made = parts.map(({ run: part, at, mode, call, software }) => ({ run: part, at, mode, software, call }));
  return [
    json('run.json', { run, plan: plan.told, parts: made, scripts, exportedBy: softwareNow() }),
    ...plan.files,
    ...journals,
    ...(await reports(dir, run)),
    ...files,
  ];
}

const FORMATS: readonly (readonly [string, ReportFormat])[] = [
  ['report.json', 'json'],
  ['report.md', 'markdown'],
  ['report.html', 'html'],
];

async function reports(dir: string, run: string): Promise<readonly BundleFile[]> {
  const report = await pastReport(dir, run);
  const options = { version: packageVersion(), texts: CATALOGUE, docsOf: (code: string) => code };
  return Promise.all(
    FORMATS.map(async ([name, format]) => ({ name, bytes: bytesOf(await formatted(format, report, options)) })),
  );
}

/** The plan that the run was held to, if it is still there as it was. */
async function planFile(first: EventOf<'run.started'> | undefined): Promise<{ told: string; files: BundleFile[] }> {
  const plan = first?.call?.plan;
  if (plan === undefined) return { told: 'none', files: [] };
  const now = await readPlan(plan.file).catch((error: unknown) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  if (now?.source.sha256 !== plan.sha256) return { told: `${plan.file} is not there any more as it was`, files: [] };
  return { told: 'plan.json', files: [{ name: 'plan.json', bytes: now.bytes }] };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (name: string, value: unknown): BundleFile => ({
  name,
  bytes: bytesOf(`${JSON.stringify(value, undefined, 2)}\n`),
});
