import { type Command, Option } from 'commander';
import { choiceFlags, collect, connectionFlags, lockFlag, patience, type RunFlags, stateFlag, whole } from './flags.ts';
import { notifyFlags } from './notify-flags.ts';
import { reportFileFlags } from './report-flags.ts';

/** Whose systemd or cron. */
export interface ScopeFlags {
  readonly scope?: 'system' | 'user';
}

export interface AddFlags extends ScopeFlags, RunFlags {
  readonly playbook: readonly string[];
  readonly onCalendar?: string;
  readonly cron?: string;
  readonly apply?: boolean;
  readonly catchUp?: boolean;
  /** Seconds. */
  readonly jitter: number;
  readonly follow?: boolean;
  readonly replace?: boolean;
  readonly print?: boolean;
}

const scopeFlag = (command: Command): Command =>
  command.addOption(
    new Option('--scope <whose>', "the machine's timers, or this user's own (default: by who calls)").choices([
      'system',
      'user',
    ]),
  );

/** `unwedge schedule …`. */
export function addScheduleCommand(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('have a playbook run by itself: timers of systemd, or lines for cron');
  addFlags(schedule.command('add').description('make a schedule; it changes nothing on hosts without --apply'))
    .argument('<schedule>', 'its name')
    .action(async (name: string, flags: AddFlags) => {
      const { addSchedule } = await import('./schedule-add.ts');
      process.exitCode = await addSchedule(name, flags);
    });
  scopeFlag(schedule.command('list'))
    .description('list the schedules of this machine: when they run next, how they ran last, what is wrong with them')
    .action(async (flags: ScopeFlags) => {
      const { listSchedules } = await import('./schedule.ts');
      await listSchedules(flags);
    });
  scopeFlag(schedule.command('remove'))
    .description('take a schedule away; journals of its runs stay')
    .argument('<schedule>', 'its name')
    .action(async (name: string, flags: ScopeFlags) => {
      const { removeSchedule } = await import('./schedule.ts');
      await removeSchedule(name, flags);
    });
  scopeFlag(schedule.command('run-now'))
    .description('run a schedule at once, as it would run by itself')
    .argument('<schedule>', 'its name')
    .action(async (name: string, flags: ScopeFlags) => {
      const { runScheduleNow } = await import('./schedule.ts');
      process.exitCode = await runScheduleNow(name, flags);
    });
  scopeFlag(schedule.command('logs'))
    .description('show what the last runs of a schedule said')
    .argument('<schedule>', 'its name')
    .option('-n, --lines <n>', 'so many lines', whole, 100)
    .action(async (name: string, flags: ScopeFlags & { lines: number }) => {
      const { scheduleLogs } = await import('./schedule.ts');
      await scheduleLogs(name, flags);
    });
}

const addFlags = (command: Command): Command =>
  stateFlag(
    lockFlag(
      choiceFlags(
        connectionFlags(
          notifyFlags(reportFileFlags(scopeFlag(command)))
            .requiredOption('--playbook <file>', 'a playbook to run (repeatable)', collect, [])
            .requiredOption('-i, --inventory <source>', 'inventory file, or host1,host2, (repeatable)', collect, [])
            .option('--on-calendar <expression>', "when, for systemd: 'Mon..Fri *-*-* 03:15:00'")
            .option('--cron <expression>', "when, for cron: '15 3 * * 1-5'")
            .option('--apply', 'change the hosts; without it each run is a check')
            .option('--jitter <time>', 'later by up to so much, always the same on this machine (10m)', patience, 0)
            .option('--catch-up', 'make up for a time at which this machine was off')
            .option('--follow', 'run the playbook as it will be then, also if it was changed since')
            .option('--replace', 'put it in the place of the schedule that has this name')
            .option('--print', 'show what would be made, and make nothing')
            .option('-l, --limit <pattern>', 'only these hosts of the ones that the plays name')
            .option('-e, --extra-vars <k=v|@file>', 'variables that win over all others (repeatable)', collect, [])
            .option('-f, --forks <n>', 'hosts at work at the same time', whole, 25),
        ),
      ),
    ),
  );
