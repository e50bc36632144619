import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stateDir } from '../app/state-dir.ts';
import { inputError } from '../core/diagnostic.ts';
import { Cron } from '../schedule/cron.ts';
import { cronDirectory, userCrontab } from '../schedule/cron-table.ts';
import { SYSTEM_STATE } from '../schedule/hardening.ts';
import { noSchedule, type Scheduler } from '../schedule/schedule.ts';
import { Systemd } from '../schedule/systemd.ts';
import { runLocal } from '../transport/run-local.ts';
import type { ScopeFlags } from './schedule-flags.ts';

/** The same place from src/cli and from dist/cli. */
const WRAPPER = join(fileURLToPath(new URL('../../src/', import.meta.url)), 'schedule/cron.sh');
const CRON_DIRECTORY = '/etc/cron.d';

/** Whose timers are meant: root's are the machine's. @throws InputError */
export function scopeOf({ scope }: ScopeFlags): 'system' | 'user' {
  const isRoot = process.getuid?.() === 0;
  if (scope === 'system' && !isRoot)
    throw inputError('--scope system: only root can do that', 'use sudo, or --scope user');
  return scope ?? (isRoot ? 'system' : 'user');
}

export function systemd(flags: ScopeFlags): Scheduler {
  const [config, data] = [xdg('XDG_CONFIG_HOME', '.config'), xdg('XDG_DATA_HOME', '.local/share')];
  return scopeOf(flags) === 'system'
    ? new Systemd(runLocal, {
        scope: 'system',
        units: '/etc/systemd/system',
        stamps: '/var/lib/systemd/timers',
        now: Date.now,
      })
    : new Systemd(runLocal, {
        scope: 'user',
        units: join(config, 'systemd/user'),
        stamps: join(data, 'systemd/timers'),
        now: Date.now,
      });
}

/** XDG base directories; one that is not absolute does not count. */
const xdg = (variable: string, usual: string): string =>
  process.env[variable]?.startsWith('/') ? `${process.env[variable]}` : join(homedir(), usual);

/** Root's lines have a file each where cron reads such files; a user has one table. */
export function cron(flags: ScopeFlags): Scheduler {
  const hasDirectory = scopeOf(flags) === 'system' && existsSync(CRON_DIRECTORY);
  const table = hasDirectory ? cronDirectory(CRON_DIRECTORY) : userCrontab(runLocal);
  return new Cron(runLocal, { table, wrapper: WRAPPER, home: homedir(), now: Date.now });
}

/** sd_booted(3). */
export const hasSystemd = (): boolean => existsSync('/run/systemd/system');

export const hasCron = (): boolean =>
  ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin'].some((dir) => existsSync(join(dir, 'crontab')));

/** What this machine carries schedules out with. */
export const schedulers = (flags: ScopeFlags): readonly Scheduler[] => [
  ...(hasSystemd() ? [systemd(flags)] : []),
  ...(hasCron() ? [cron(flags)] : []),
];

/** Who has a schedule of this name; undefined where nobody does. */
export async function whoHas(name: string, flags: ScopeFlags): Promise<Scheduler | undefined> {
  for (const scheduler of schedulers(flags)) if ((await scheduler.names()).includes(name)) return scheduler;
  return undefined;
}

/** @throws InputError where nobody has a schedule of this name */
export async function schedulerOf(name: string, flags: ScopeFlags): Promise<Scheduler> {
  const found = await whoHas(name, flags);
  if (found === undefined) throw noSchedule(name);
  return found;
}

/** Where the journals of scheduled runs are: the machine's have a place of their own. */
export const scheduledState = (flags: ScopeFlags & { readonly stateDir?: string }): string =>
  flags.stateDir === undefined && scopeOf(flags) === 'system' ? SYSTEM_STATE : stateDir(flags);
