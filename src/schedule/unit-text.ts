import { hardening, type Scope, stateLines } from './hardening.ts';
import { noteLines } from './note.ts';
import type { Schedule } from './schedule.ts';

/** Exit codes that are no failure: another run was at work, this one was left out. */
const SKIPPED = 30;

/** The service: one run. `version`: systemd's. */
export function serviceText(schedule: Schedule, version: number, scope: Scope): string {
  const { name, cwd, program, words, local, writes } = schedule;
  return text([
    ...noteLines(schedule),
    '[Unit]',
    `Description=unwedge schedule ${name}`,
    ...(scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    '',
    '[Service]',
    'Type=oneshot',
    `WorkingDirectory=${cwd.replaceAll('%', '%%')}`,
    `ExecStart=${[...program, ...words].map(quoted).join(' \\\n  ')}`,
    `SuccessExitStatus=${SKIPPED}`,
    '# Asked to stop, unwedge ends the step in flight itself; its ssh sessions must live that long.',
    'KillMode=mixed',
    'TimeoutStopSec=10min',
    // Reports are for others to read, too; journals are not, whatever this says.
    `UMask=${writes.length > 0 ? '0022' : '0077'}`,
    ...(local
      ? ['# No sandbox: some of its hosts is this machine, whose mounts it must see and may have to change.']
      : [...hardening(version, scope), ...stateLines(version, scope, schedule, quoted)]),
  ]);
}

/** The timer: when the service is to run. */
export function timerText(schedule: Schedule): string {
  return text([
    ...noteLines(schedule),
    '[Unit]',
    `Description=times of unwedge schedule ${schedule.name}`,
    '',
    '[Timer]',
    ...schedule.times.map((time) => `OnCalendar=${time.replaceAll('%', '%%')}`),
    '# systemd would else choose a moment within a minute.',
    'AccuracySec=1s',
    `Persistent=${schedule.catchUp}`,
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** One word of a command line as systemd.service(5) reads it: neither a specifier (%) nor a variable ($) is left in it. */
export function quoted(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped}"`;
}
