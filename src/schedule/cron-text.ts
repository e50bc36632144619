import { inputError } from '../core/diagnostic.ts';
import { noteLines } from './note.ts';
import { PREFIX, type Schedule } from './schedule.ts';

/** Bytes of a command that every cron takes: Debian's MAX_COMMAND is 1000, with the end of the string. */
const MAX_COMMAND = 998;

/**
 * The lines of a schedule for cron. `user`: as whom, in a file of /etc/cron.d; none in a user's own crontab.
 * @param wrapper path of cron.sh. @throws InputError where cron would cut the command off
 */
export function cronText(schedule: Schedule, wrapper: string, user: string | undefined): string {
  const command = cronCommand(schedule, wrapper);
  const bytes = Buffer.byteLength(command);
  if (bytes > MAX_COMMAND)
    throw inputError(
      `its command has ${bytes} bytes; cron takes ${MAX_COMMAND}`,
      'use shorter paths, or systemd: --on-calendar',
    );
  const lines = schedule.times.map((time) => [time, ...(user === undefined ? [] : [user]), command].join(' '));
  return `${[...noteLines(schedule), ...(user === undefined ? [] : ['SHELL=/bin/sh']), ...lines].join('\n')}\n`;
}

/** What a shell gets to run, as crontab(5) wants it: a bare % would be a newline. */
const cronCommand = (schedule: Schedule, wrapper: string): string =>
  shellCommand(schedule, wrapper).replaceAll('%', '\\%');

const shellCommand = ({ name, cwd, stateDir, program, words }: Schedule, wrapper: string): string =>
  `cd ${shellQuoted(cwd)} && exec /bin/sh ${[wrapper, logFile(stateDir, name), ...program, ...words].map(shellQuoted).join(' ')}`;

/** For any POSIX shell; what needs no quotes has none. */
const shellQuoted = (word: string): string =>
  /^[\w/.,:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

export const logFile = (stateDir: string, name: string): string => `${stateDir}/${PREFIX}${name}.log`;

/** What cron hands to the shell of a line of its table: the command, with its % back. `user`: whether the line names one. */
export function commandOf(text: string, user: boolean): string | undefined {
  const line = text.split('\n').find((one) => /^[\d*@]/.test(one));
  return line?.replace(user ? /^(\S+\s+){6}/ : /^(\S+\s+){5}/, '').replaceAll('\\%', '%');
}

/** The five fields of each line of a schedule. */
export const timesIn = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (/^[\d*]/.test(line) ? [line.split(' ').slice(0, 5).join(' ')] : []));
