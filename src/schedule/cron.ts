import { rm } from 'node:fs/promises';
import { inputError } from '../core/diagnostic.ts';
import { parseCron } from './cron-expression.ts';
import { lastEnd } from './cron-log.ts';
import { nextTimes } from './cron-next.ts';
import type { CronTable } from './cron-table.ts';
import { commandOf, cronText, logFile, timesIn } from './cron-text.ts';
import { momentText } from './moment-text.ts';
import { missing, type Note, readNote } from './note.ts';
import { makeDirectory, textOf } from './placed-files.ts';
import {
  A_WEEK,
  type Found,
  noSchedule,
  type RunLocal,
  ran,
  type Schedule,
  type ScheduleFile,
  type Scheduler,
} from './schedule.ts';

export interface CronPlaces {
  readonly table: CronTable;
  /** Path of cron.sh. */
  readonly wrapper: string;
  readonly home: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Schedules as lines for cron. */
export class Cron implements Scheduler {
  readonly kind = 'cron';
  readonly #run: RunLocal;
  readonly #places: CronPlaces;

  constructor(run: RunLocal, places: CronPlaces) {
    this.#run = run;
    this.#places = places;
  }

  async files(schedule: Schedule): Promise<readonly ScheduleFile[]> {
    const { table, wrapper } = this.#places;
    return [{ path: table.place(schedule.name), text: cronText(schedule, wrapper, table.user), mode: 0o600 }];
  }

  current(name: string): Promise<string | undefined> {
    return this.#places.table.read(name);
  }

  async next({ times }: Schedule): Promise<readonly string[]> {
    const next = this.#times(times, 5);
    if (next.length === 0) throw inputError(`--cron '${times.join("', '")}': this time never comes`);
    return next.map(momentText);
  }

  #times(lines: readonly string[], count: number): readonly number[] {
    const all = lines.flatMap((line) => nextTimes(parseCron(line), this.#places.now(), count));
    return all.sort((a, b) => a - b).slice(0, count);
  }

  async verify(): Promise<void> {
    // Its times were read and its command is short enough: cron has no say before it reads the line.
  }

  async install({ name, stateDir }: Schedule, [file]: readonly ScheduleFile[]): Promise<void> {
    await makeDirectory(stateDir, 0o700);
    await this.#places.table.write(name, file?.text);
  }

  names(): Promise<readonly string[]> {
    return this.#places.table.names();
  }

  async list(): Promise<readonly Found[]> {
    return Promise.all((await this.names()).map((name) => this.#found(name)));
  }

  async #found(name: string): Promise<Found> {
    const text = (await this.#places.table.read(name)) ?? '';
    const note = readNote(text);
    const [next] = this.#times(timesIn(text), 1);
    const log = note && (await textOf(logFile(note.stateDir, name)));
    return {
      ...(note ?? { mode: 'check', when: '', playbooks: [], inventory: [] }),
      name,
      next: next === undefined ? undefined : momentText(next),
      last: lastEnd(log ?? ''),
      broken: note ? missing(note) : ["it is not as 'unwedge schedule add' makes it"],
    };
  }

  async remove(name: string): Promise<readonly string[]> {
    const { stateDir } = await this.#note(name);
    await this.#places.table.write(name, undefined);
    const log = logFile(stateDir, name);
    for (const path of [log, `${log}.1`, `${log}.lock`]) await rm(path, { force: true });
    return [`removed ${this.#places.table.place(name)}`];
  }

  async runNow(name: string): Promise<{ readonly code: number; readonly said: string }> {
    await this.#note(name);
    const command = commandOf((await this.#places.table.read(name)) ?? '', this.#places.table.user !== undefined);
    if (command === undefined) throw inputError(`the schedule '${name}' has no line that cron runs`);
    const { code, stdout, stderr } = await ran(
      this.#run,
      ['env', '-i', `HOME=${this.#places.home}`, 'SHELL=/bin/sh', 'PATH=/usr/bin:/bin', '/bin/sh', '-c', command],
      A_WEEK,
    );
    return { code, said: stdout + stderr };
  }

  async logs(name: string, lines: number): Promise<string> {
    const log = logFile((await this.#note(name)).stateDir, name);
    const text = [await textOf(`${log}.1`), await textOf(log)].join('');
    return text
      .split('\n')
      .slice(-lines - 1)
      .join('\n');
  }

  /** @throws InputError where there is none that was made here */
  async #note(name: string): Promise<Note> {
    const text = await this.#places.table.read(name);
    if (text === undefined) throw noSchedule(name);
    const note = readNote(text);
    if (note !== undefined) return note;
    throw inputError(
      `${this.#places.table.place(name)} was not made by 'unwedge schedule add'`,
      'nothing was removed; remove it yourself',
    );
  }
}
