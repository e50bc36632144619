import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inputError } from '../core/diagnostic.ts';
import type { Scope } from './hardening.ts';
import { readNote } from './note.ts';
import { makeDirectory, placing, textOf } from './placed-files.ts';
import {
  type Found,
  noSchedule,
  PREFIX,
  type RunLocal,
  type Schedule,
  type ScheduleFile,
  type Scheduler,
} from './schedule.ts';
import { Systemctl } from './systemctl.ts';
import { timesTold } from './systemd-times.ts';
import { exitCode, foundUnits } from './unit-state.ts';
import { serviceText, timerText } from './unit-text.ts';

/** Where systemd has what. */
export interface SystemdPlaces {
  readonly scope: Scope;
  /** Directory of unit files. */
  readonly units: string;
  /** Directory of the stamps of persistent timers. */
  readonly stamps: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const service = (name: string): string => `${PREFIX}${name}.service`;
const timer = (name: string): string => `${PREFIX}${name}.timer`;

/** Schedules as timers and services of systemd's. */
export class Systemd implements Scheduler {
  readonly kind = 'systemd';
  readonly #places: SystemdPlaces;
  readonly #ctl: Systemctl;

  constructor(run: RunLocal, places: SystemdPlaces) {
    this.#places = places;
    this.#ctl = new Systemctl(run, places.scope);
  }

  async files(schedule: Schedule): Promise<readonly ScheduleFile[]> {
    const version = await this.#ctl.version();
    const { scope } = this.#places;
    return [
      { path: this.#path(service(schedule.name)), text: serviceText(schedule, version, scope), mode: 0o644 },
      { path: this.#path(timer(schedule.name)), text: timerText(schedule), mode: 0o644 },
    ];
  }

  current(_name: string, { path }: ScheduleFile): Promise<string | undefined> {
    return textOf(path);
  }

  async next({ times }: Schedule): Promise<readonly string[]> {
    const told = await this.#ctl.calendar(times, 5, await this.#ctl.version());
    return told === undefined ? [] : timesTold(told, 5);
  }

  async verify(files: readonly ScheduleFile[]): Promise<void> {
    const dir = await mkdtemp(join(tmpdir(), 'unwedge-units-'));
    try {
      const paths = files.map(({ path }) => join(dir, basename(path)));
      for (const [i, { text }] of files.entries()) await writeFile(paths[i] ?? '', text);
      // It reads the service, too: the timer names it.
      const said = await this.#ctl.verify(paths.at(-1) ?? '');
      const against = said.split('\n').filter((line) => line.includes(PREFIX) || line.startsWith('Failed to'));
      if (against.length > 0)
        throw inputError(`systemd does not take these units:\n${against.join('\n').replaceAll(`${dir}/`, '')}`);
    } finally {
      await rm(dir, { recursive: true });
    }
  }

  async install({ name, stateDir }: Schedule, files: readonly ScheduleFile[]): Promise<void> {
    await makeDirectory(this.#places.units);
    await makeDirectory(stateDir, 0o700);
    const isNew = (await textOf(this.#path(timer(name)))) === undefined;
    const begin = async (): Promise<void> => {
      await this.#ctl.do('daemon-reload');
      await this.#ctl.do('enable', timer(name));
      // A stamp of other times would have it make up for what it never missed.
      await rm(this.#stamp(name), { force: true });
      // Not `enable --now`: a timer that runs already would keep its old times.
      await this.#ctl.do('restart', timer(name));
    };
    const undo = (...words: readonly string[]) => this.#ctl.do(...words).catch(() => undefined); // The first failure is what is told.
    try {
      await placing(files, () =>
        begin().catch(async (error: unknown) => {
          if (isNew) await undo('stop', timer(name));
          if (isNew) await undo('disable', timer(name));
          throw error;
        }),
      );
    } catch (error) {
      await undo('daemon-reload');
      if (!isNew) await undo('restart', timer(name));
      throw error;
    }
  }

  async names(): Promise<readonly string[]> {
    const stems = (await this.#unitFiles()).map((file) => file.slice(PREFIX.length).replace(/\.\w+$/, ''));
    return [...new Set(stems)];
  }

  async list(): Promise<readonly Found[]> {
    return Promise.all((await this.names()).map((name) => this.#found(name)));
  }

  async #found(name: string): Promise<Found> {
    const texts = { service: await textOf(this.#path(service(name))), timer: await textOf(this.#path(timer(name))) };
    return foundUnits(name, texts, {
      timer: await this.#ctl.show(timer(name), 'LoadState', 'ActiveState', 'UnitFileState', 'NextElapseUSecRealtime'),
      service: await this.#serviceState(name),
    });
  }

  #serviceState(name: string) {
    const names = [
      'LoadState',
      'ActiveState',
      'Result',
      'ExecMainCode',
      'ExecMainStatus',
      'ExecMainExitTimestamp',
      'InvocationID',
    ];
    return this.#ctl.show(service(name), ...names);
  }

  async remove(name: string): Promise<readonly string[]> {
    const files = (await this.#unitFiles()).filter((file) => file === service(name) || file === timer(name));
    if (files.length === 0) throw noSchedule(name);
    for (const file of files)
      if (readNote((await textOf(this.#path(file))) ?? '') === undefined)
        throw inputError(
          `${this.#path(file)} was not made by 'unwedge schedule add'`,
          'nothing was removed; remove it yourself',
        );
    if (files.includes(timer(name))) {
      // `disable --now` is younger than systemd 219. One that systemd can't load must go, too: what is left is asked below.
      await this.#ctl.do('stop', timer(name)).catch(() => undefined);
      await this.#ctl.do('disable', timer(name)).catch(() => undefined);
    }
    for (const file of files) await rm(this.#path(file));
    await rm(this.#stamp(name), { force: true });
    await this.#ctl.do('daemon-reload');
    if ((await this.#ctl.show(timer(name), 'ActiveState')).get('ActiveState') === 'active')
      throw inputError(`${timer(name)} does not stop; its files are removed`, `systemctl stop ${timer(name)}`);
    // A unit that failed would stay in `systemctl --failed`; one that did not is no failure here.
    await this.#ctl.do('reset-failed', service(name)).catch(() => undefined);
    const left = (await readdir(this.#places.units)).filter((file) => file.startsWith(`${PREFIX}${name}.`));
    return [
      ...files.map((file) => `removed ${this.#path(file)}`),
      ...left.map((file) => `left ${this.#path(file)}: it was not made by unwedge`),
    ];
  }

  async runNow(name: string): Promise<{ readonly code: number; readonly said: string }> {
    await this.#mustBeThere(name);
    const since = Math.floor(this.#places.now() / 1000);
    await this.#ctl.start(service(name));
    const state = await this.#serviceState(name);
    const invocation = state.get('InvocationID') ?? '';
    // Before systemd 232 a run has no id: its words are those since it began.
    const which = invocation === '' ? [`--since=@${since}`] : [`_SYSTEMD_INVOCATION_ID=${invocation}`];
    return { code: exitCode(state), said: await this.#ctl.journal(service(name), '-o', 'cat', ...which) };
  }

  async logs(name: string, lines: number): Promise<string> {
    await this.#mustBeThere(name);
    return this.#ctl.journal(service(name), '-n', String(lines), '-o', 'short-iso');
  }

  async #mustBeThere(name: string): Promise<void> {
    if ((await textOf(this.#path(service(name)))) === undefined) throw noSchedule(name);
  }

  async #unitFiles(): Promise<readonly string[]> {
    const all = await readdir(this.#places.units).catch(() => []); // No directory: no units.
    return all.filter((file) => file.startsWith(PREFIX) && /\.(service|timer)$/.test(file)).sort();
  }

  readonly #stamp = (name: string): string => join(this.#places.stamps, `stamp-${timer(name)}`);
  readonly #path = (file: string): string => join(this.#places.units, file);
}
