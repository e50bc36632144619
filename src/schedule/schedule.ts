import { inputError } from '../core/diagnostic.ts';

/** What is to run by itself, when, and how. Every path in it is absolute. */
export interface Schedule {
  readonly name: string;
  /** `check` changes nothing on the hosts. */
  readonly mode: 'check' | 'apply';
  /** As it was asked for, for people. */
  readonly when: string;
  /** As many calendar expressions of systemd's, or lines of five fields of cron's, jitter included. */
  readonly times: readonly string[];
  /** A time that passed while the machine was off is made up for at its next start. */
  readonly catchUp: boolean;
  /** Node, its flags, and unwedge. */
  readonly program: readonly string[];
  /** What unwedge is called with. */
  readonly words: readonly string[];
  /** The directory that it was checked in. */
  readonly cwd: string;
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly stateDir: string;
  /** Folders in which it writes beside that, for its reports. */
  readonly writes: readonly string[];
  /** Some of its hosts is this machine, reached without ssh. */
  readonly local: boolean;
}

/** Runs a program of this machine's to its end; seconds at most. An exit code is a result. */
export type RunLocal = (
  argv: readonly string[],
  deadline: number,
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;

/** @throws InputError where it could not be started or ended; an exit code is a result */
export const ran = (run: RunLocal, argv: readonly string[], deadline: number): ReturnType<RunLocal> =>
  run(argv, deadline).catch((cause: Error) => {
    throw inputError(`${argv[0]}: ${cause.message}`);
  });

/** A schedule as it is found on this machine. */
export interface Found {
  readonly name: string;
  readonly mode: Schedule['mode'];
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly when: string;
  /** For people; undefined: it will not run by itself. */
  readonly next: string | undefined;
  /** Undefined: it has not run since this machine knows of it. */
  readonly last: { readonly at: string; readonly code: number } | 'at work' | undefined;
  /** A line each: what keeps it from running. */
  readonly broken: readonly string[];
}

/** Seconds for a run that is waited for: a week. Its steps have deadlines of their own. */
export const A_WEEK = 7 * 24 * 3600;

/** A file that a schedule is made of. */
export interface ScheduleFile {
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

/** What carries schedules out on this machine: systemd or cron. */
export interface Scheduler {
  readonly kind: 'systemd' | 'cron';
  names(): Promise<readonly string[]>;
  /** Pure, but for asking this machine what it has. */
  files(schedule: Schedule): Promise<readonly ScheduleFile[]>;
  /** What stands there now of a schedule's file; undefined where it is not there. */
  current(name: string, file: ScheduleFile): Promise<string | undefined>;
  /** The next five times, as text; fewer where this machine can't tell them. @throws InputError where they are no times, or never come */
  next(schedule: Schedule): Promise<readonly string[]>;
  /** @throws InputError with what the machine has against these files; nothing is changed */
  verify(files: readonly ScheduleFile[]): Promise<void>;
  /** Puts the files in place and has them carried out; where that fails, all is as it was before. @throws InputError */
  install(schedule: Schedule, files: readonly ScheduleFile[]): Promise<void>;
  list(): Promise<readonly Found[]>;
  /** @returns a line each: what was removed, and what is left. @throws InputError */
  remove(name: string): Promise<readonly string[]>;
  /** Runs it at once, as it would run by itself, to its end. @returns its exit code and what it said */
  runNow(name: string): Promise<{ readonly code: number; readonly said: string }>;
  /** The last lines of what its runs said. */
  logs(name: string, lines: number): Promise<string>;
}

/** What is the name of a unit, of a file that cron reads (no dots) and of a directory everywhere. @throws InputError */
export function checkName(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,39}$/.test(name)) return name;
  throw inputError(
    `'${name}' can't be the name of a schedule`,
    'use a-z, 0-9, - and _, beginning with a letter or a digit, 40 at most',
  );
}

/** The stem of every name that a schedule has on this machine. */
export const PREFIX = 'unwedge-schedule-';

export const noSchedule = (name: string) =>
  inputError(`there is no schedule '${name}' here`, 'unwedge schedule list shows those that there are');
