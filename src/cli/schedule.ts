import { ExitCode } from '../core/exit-code.ts';
import { printable } from '../core/printable.ts';
import type { Found } from '../schedule/schedule.ts';
import type { ScopeFlags } from './schedule-flags.ts';
import { schedulerOf, schedulers } from './schedulers.ts';

/** `unwedge schedule list`. */
export async function listSchedules(flags: ScopeFlags): Promise<void> {
  const all = (await Promise.all(schedulers(flags).map((one) => one.list()))).flat();
  if (all.length === 0) console.log('no schedules');
  for (const found of all)
    console.log(
      listed(found)
        .map((line) => printable(line))
        .join('\n'),
    );
}

const listed = ({ name, mode, when, next, last, playbooks, inventory, broken }: Found): readonly string[] => [
  `${name}  ${mode === 'apply' ? 'applies' : 'checks'}  ${when}`,
  `  next  ${next ?? 'never'}`,
  `  last  ${lastText(last)}`,
  `  runs  ${playbooks.join(' ')} on ${inventory.join(' ')}`,
  ...broken.map((why) => `  broken: ${why}`),
];

function lastText(last: Found['last']): string {
  if (last === undefined) return 'not since this machine is up';
  return last === 'at work'
    ? last
    : `${last.at}  ${MEANING[last.code] ?? 'it could not be run'} (exit code ${last.code})`;
}

const MEANING: Readonly<Record<number, string>> = {
  [ExitCode.done]: 'done',
  [ExitCode.refused]: 'refused',
  [ExitCode.failed]: 'some host failed',
  [ExitCode.unreachable]: 'some host was not reached',
  [ExitCode.failedAndUnreachable]: 'some host failed, some was not reached',
  [ExitCode.stopped]: 'stopped before its last host',
  [ExitCode.changesPending]: 'changes are pending',
  [ExitCode.rollbackIncomplete]: 'a rollback is not complete',
  [ExitCode.locked]: 'left out, another run was at work',
  [ExitCode.interrupted]: 'interrupted',
};

/** `unwedge schedule remove NAME`. */
export async function removeSchedule(name: string, flags: ScopeFlags): Promise<void> {
  const scheduler = await schedulerOf(name, flags);
  for (const line of await scheduler.remove(name)) console.log(line);
}

/** `unwedge schedule run-now NAME`. @returns the run's own exit code */
export async function runScheduleNow(name: string, flags: ScopeFlags): Promise<number> {
  const { code, said } = await (await schedulerOf(name, flags)).runNow(name);
  process.stdout.write(said);
  console.error(`schedule ${name}: ${MEANING[code] ?? 'it could not be run'} (exit code ${code})`);
  return code;
}

/** `unwedge schedule logs NAME`. */
export async function scheduleLogs(name: string, flags: ScopeFlags & { readonly lines: number }): Promise<void> {
  process.stdout.write(await (await schedulerOf(name, flags)).logs(name, flags.lines));
}
