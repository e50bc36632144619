import { type Command, Option } from 'commander';
import type { RunFlags } from '../app/options.ts';
import { choiceFlags, collect, connectionFlags, lockFlag, patience, stateFlag, whole } from './flags.ts';
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

export const scopeFlag = (command: Command): Command =>
  command.addOption(
    new Option('--scope <whose>', "the machine's timers, or this user's own (default: by who calls)").choices([
      'system',
      'user',
    ]),
  );

/** Of `unwedge schedule add`. */
export const addFlags = (command: Command): Command =>
  stateFlag(
    lockFlag(
      choiceFlags(
        connectionFlags(
          notifyFlags(reportFileFlags(scopeFlag(command)))
            .requiredOption(
              '--playbook <playbook>',
              'a playbook to run: a file, or a name from unwedge playbooks (repeatable)',
              collect,
              [],
            )
            .option(
              '-i, --inventory <source>',
              'inventory file, or host1,host2, (repeatable; default: $UNWEDGE_INVENTORY, else ./inventory.yaml)',
              collect,
              [],
            )
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
