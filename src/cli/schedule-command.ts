import type { Command } from 'commander';
import { whole } from './flags.ts';
import { type AddFlags, addFlags, type ScopeFlags, scopeFlag } from './schedule-flags.ts';

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
