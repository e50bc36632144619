import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { asksForVault } from '../app/options.ts';
import { pinOf } from '../app/playbook-pin.ts';
import { type PreparedRun, prepareRun } from '../app/prepare.ts';
import { playbookFile } from '../app/shipped-playbooks.ts';
import { reportFiles } from '../app/sinks/report-files.ts';
import { inputError } from '../core/diagnostic.ts';
import { ExitCode } from '../core/exit-code.ts';
import { createStyle } from '../reporters/style.ts';
import { unifiedDiff } from '../reporters/unified-diff.ts';
import { checkRollouts } from '../rollout/index.ts';
import { laterCalendar } from '../schedule/calendar.ts';
import { laterCron } from '../schedule/cron-expression.ts';
import { machineName } from '../schedule/machine-name.ts';
import { readNote } from '../schedule/note.ts';
import { offsetOf } from '../schedule/offset.ts';
import { checkName, type Schedule, type ScheduleFile, type Scheduler } from '../schedule/schedule.ts';
import { withInventory } from './default-inventory.ts';
import type { AddFlags } from './schedule-flags.ts';
import { absolute, onOneLine, scheduledWords, source } from './schedule-words.ts';
import { cron, hasCron, hasSystemd, scheduledState, scopeOf, systemd, whoHas } from './schedulers.ts';

/** `unwedge schedule add NAME`: all is checked as for a run, then by what will carry it out; only then it is made. */
export async function addSchedule(name: string, given: AddFlags): Promise<ExitCode> {
  checkFlags(checkName(name), given);
  const flags = { ...withInventory(given), playbook: given.playbook.map(playbookFile) };
  const prepared = await prepareRun(flags.playbook, flags);
  checkRollouts(prepared.plays, 'check', Date.now());
  await reportFiles(flags);
  const schedule = scheduleOf(name, flags, prepared);
  const scheduler = flags.cron === undefined ? systemd(flags) : cron(flags);
  const files = await scheduler.files(schedule);
  const next = await scheduler.next(schedule);
  await scheduler.verify(files);
  if (flags.print) return printed(files, next);
  await mayReplace(scheduler, schedule, files, flags);
  await scheduler.install(schedule, files);
  for (const line of [...files.map(({ path }) => `made ${path}`), ...outlook(schedule, flags, next)]) console.log(line);
  return ExitCode.done;
}

function checkFlags(name: string, flags: AddFlags): void {
  if (flags.playbook.length === 0) throw inputError('no playbook', 'name one: --playbook free-dead-containers');
  if ((flags.onCalendar === undefined) === (flags.cron === undefined))
    throw inputError(
      'when is it to run?',
      "say either --on-calendar '*-*-* 03:15:00' (systemd) or --cron '15 3 * * *'",
    );
  if (flags.askBecomePass) throw inputError('-K: nobody is there to answer', 'use --become-password-file FILE');
  if (asksForVault(flags))
    throw inputError("the vault's password: nobody is there to answer", 'use --vault-password-file FILE');
  if (flags.step) throw inputError('--step: nobody is there to answer', 'leave it out');
  if (flags.cron !== undefined && flags.catchUp)
    throw inputError('--catch-up: cron knows nothing of times that it has missed', 'use systemd: --on-calendar');
  if (flags.print) return;
  if (flags.onCalendar !== undefined && !hasSystemd())
    throw inputError('this machine does not run systemd', `use cron for '${name}': --cron '15 3 * * *'`);
  if (flags.cron !== undefined && !hasCron())
    throw inputError('this machine has no cron', 'install it, or use systemd: --on-calendar');
}

function scheduleOf(name: string, flags: AddFlags, prepared: PreparedRun): Schedule {
  const stateDir = scheduledState(flags);
  return {
    name,
    mode: flags.apply ? 'apply' : 'check',
    when: onOneLine(flags.onCalendar ?? flags.cron ?? ''),
    times: timesOf(name, flags),
    catchUp: flags.catchUp ?? false,
    program: program().map(onOneLine),
    words: scheduledWords(flags, stateDir, pinOf(prepared)),
    cwd: directory(process.cwd()),
    playbooks: flags.playbook.map(absolute),
    inventory: flags.inventory.map(source),
    stateDir,
    writes: [...new Set((flags.report ?? []).map((file) => dirname(absolute(file))))],
    local: [...prepared.options.values()].some(({ kind }) => kind === 'local'),
  };
}

/** With this machine's share of the jitter in. Wherever its share would fall must be possible: all machines get the same answer. */
function timesOf(name: string, { onCalendar, cron, jitter }: AddFlags): readonly string[] {
  const expression = onOneLine(onCalendar ?? cron ?? '').trim();
  const later = onCalendar === undefined ? laterCron : laterCalendar;
  const span = Math.floor(onCalendar === undefined ? jitter / 60 : jitter);
  if (jitter > 12 * 3600) throw inputError('--jitter: more than 12 hours', 'use a smaller one');
  if (jitter > 0 && span === 0) throw inputError('--jitter: cron knows no seconds', 'use a minute or more');
  later(expression, Math.max(0, span - 1));
  return later(expression, offsetOf(name, machineName(), span));
}

/** Node and unwedge as they run now, with what node was told beside. */
const program = (): readonly string[] => [
  process.execPath,
  ...process.execArgv,
  absolute(realpathSync(process.argv[1] ?? '')),
];

/** @throws InputError for a directory that a line of a unit can't name */
function directory(path: string): string {
  if (!/[\s\\]$/.test(onOneLine(absolute(path)))) return path;
  throw inputError(`${path}: its name ends in a blank or a backslash`, 'call this from another directory');
}

function printed(files: readonly ScheduleFile[], next: readonly string[]): ExitCode {
  for (const { path, text } of files) console.log(`# ${path}\n${text}`);
  for (const line of nextLines(next)) console.log(line);
  return ExitCode.done;
}

/** @throws InputError where it would take the place of what it may not */
async function mayReplace(
  scheduler: Scheduler,
  { name }: Schedule,
  files: readonly ScheduleFile[],
  flags: AddFlags,
): Promise<void> {
  const holder = await whoHas(name, flags);
  if (holder !== undefined && holder.kind !== scheduler.kind)
    throw inputError(`there is a schedule '${name}' already, by ${holder.kind}`, `unwedge schedule remove ${name}`);
  const differences: string[] = [];
  for (const file of files) {
    const before = await scheduler.current(name, file);
    if (before !== undefined && readNote(before) === undefined)
      throw inputError(
        `${file.path} was not made by 'unwedge schedule add'`,
        'it is left as it is: choose another name',
      );
    if (before !== undefined)
      differences.push(...unifiedDiff({ ...file, before, after: file.text }, createStyle(false)));
  }
  if (differences.length === 0 || flags.replace) return;
  console.log(differences.join('\n'));
  throw inputError(`there is a schedule '${name}' already, and it is another one`, 'put this in its place: --replace');
}

function outlook(schedule: Schedule, flags: AddFlags, next: readonly string[]): readonly string[] {
  return [
    ...nextLines(next),
    schedule.mode === 'apply'
      ? `each run changes hosts; its journal: unwedge runs --state-dir ${schedule.stateDir}`
      : 'each run is a check and changes nothing on the hosts; with --apply --replace it does',
    ...(flags.cron === undefined && scopeOf(flags) === 'user'
      ? ['your systemd runs while you are logged in; at any time after: loginctl enable-linger']
      : []),
  ];
}

const nextLines = (next: readonly string[]): readonly string[] =>
  next.length === 0
    ? ['next: unwedge schedule list tells']
    : next.map((time, i) => `${i === 0 ? 'next:' : '     '} ${time}`);
