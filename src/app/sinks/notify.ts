import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { InputError } from '../../core/diagnostic.ts';
import type { RunEvent } from '../../core/event.ts';
import { ExitCode } from '../../core/exit-code.ts';
import { heldBy, type LockHolder } from '../../core/lock.ts';
import {
  type AboutRun,
  command,
  ping,
  type RunFailure,
  type RunProgram,
  type Way,
  webhook,
} from '../../notify/index.ts';
import { ReportFold } from '../../reports/fold-report.ts';
import { runLocal } from '../../transport/run-local.ts';
import { playKey } from '../locks.ts';
import type { NotifyFlags, RunFlags } from '../options.ts';
import { stateDir } from '../state-dir.ts';
import { countSkip, tellChange } from './notify-change.ts';
import { type Note, noteDown } from './notify-journal.ts';
import { type Addresses, addressesIn } from './notify-secrets.ts';
import type { Sink } from './sink.ts';

/** People, and dead man's switches, that are notified of a run. */
export interface Notify extends Sink {
  /** Texts that must be shown nowhere. */
  readonly secrets: readonly string[];
  /** Another run holds the lock: this one is not begun. */
  readonly skipped: (by: LockHolder) => void;
}

const NOBODY: Notify = { secrets: [], event: () => {}, skipped: () => {} };

/** What tells calls apart: playbooks, inventory, hosts, and whether it is a dry run. */
export const callKey = (playbooks: readonly string[], flags: RunFlags): string =>
  JSON.stringify([
    playKey(playbooks, flags.inventory),
    flags.limit ?? '',
    flags.check === true || flags.dryRun === true,
  ]);

/** What people are notified of. */
export interface Notified {
  readonly command: AboutRun['command'];
  readonly playbooks: readonly string[];
  /** What was called with what: people are told what is new since the last one with the same. */
  readonly key: string;
  readonly flags: NotifyFlags & { readonly stateDir?: string };
}

/**
 * Does `work` and tells of it whoever wants to know: dead man's switches of its beginning and its end, people of what is new.
 * `about`: undefined: nobody. What fails there is told on stderr and in the run's journal; the exit code is that of the work.
 * @throws what the work throws; InputError before it where an address can't be had
 */
export async function notified(
  about: Notified | undefined,
  work: (notify: Notify) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (about === undefined) return work(NOBODY);
  const notifier = new Notifier(about, await addressesIn(about.flags));
  try {
    const code = await work(notifier);
    await notifier.tell(code, undefined);
    return code;
  } catch (error) {
    const failure = failureIn(error);
    await notifier.tell(failure.code === 'refused' ? ExitCode.refused : ExitCode.failed, failure);
    throw error;
  }
}

function failureIn(error: unknown): RunFailure {
  if (error instanceof InputError) return { code: 'refused', message: error.diagnostics[0]?.message ?? error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof Error && error.name === 'JournalFailure' ? 'refused' : 'crashed', message };
}

/** Runs in a row that were skipped because another one held the lock, before somebody is notified. */
const REPORTED_SKIPS = 3;

const clock: Clock = { now: Date.now, ticks: () => performance.now(), wait: (ms) => wait(ms) };
const by = { clock, random: Math.random };

class Notifier implements Notify {
  readonly #about: Notified;
  readonly #addresses: Addresses;
  /** As the command was called: it may enter another folder. */
  readonly #stateDir: string;
  readonly #cwd = process.cwd();
  /** The same in all pings of a run. */
  readonly #rid = randomUUID();
  readonly #fold: ReportFold;
  #run: string | undefined;
  #hasEvents = false;
  #skippedBy: LockHolder | undefined;
  /** Nothing waits for it: what becomes of it is noted at the end. */
  #started: Promise<readonly Note[]> = Promise.resolve([]);

  constructor(about: Notified, addresses: Addresses) {
    this.#about = about;
    this.#addresses = addresses;
    this.#stateDir = stateDir(about.flags);
    this.#fold = new ReportFold(about.command);
  }

  get secrets(): readonly string[] {
    return this.#addresses.secrets;
  }

  begin = (run: string): void => {
    this.#run = run;
    this.#started = this.#ping('start', `run ${run}`);
  };

  event = (event: RunEvent): void => {
    this.#hasEvents = true;
    this.#fold.add(event);
  };

  skipped = (by: LockHolder): void => {
    this.#skippedBy = by;
  };

  /** Never rejects. */
  async tell(code: ExitCode, given: RunFailure | undefined): Promise<void> {
    const { command, playbooks, key } = this.#about;
    const ways = this.#ways();
    const isSkipped = code === ExitCode.locked && !this.#hasEvents;
    const skips = ways.length === 0 ? 0 : await countSkip(isSkipped, { stateDir: this.#stateDir, key });
    // Another run is at work with the same, and reports itself; one that never ends does not.
    if (isSkipped && skips < REPORTED_SKIPS) return;
    const failure = isSkipped ? this.#skips(skips) : given;
    const run = this.#run ?? '';
    const ended = {
      about: { run, command, playbooks, controller: hostname(), endedAt: new Date().toISOString(), exitCode: code },
      report: this.#hasEvents ? this.#fold.report() : undefined,
      failure,
    };
    const started = await this.#started;
    const pinged = isSkipped ? [] : this.#ping(code, failure?.message ?? `run ${run}: exit code ${code}`);
    const told = await tellChange(ended, ways, { stateDir: this.#stateDir, key });
    // A dry run has no journal.
    const journal = command === 'run' && this.#hasEvents && this.#run !== undefined ? { run: this.#run } : {};
    const notes = [...started, ...told, ...(await pinged)];
    await noteDown(notes, { secrets: this.secrets, stateDir: this.#stateDir, ...journal });
  }

  #skips(times: number): RunFailure {
    const by = this.#skippedBy;
    const who = by === undefined ? 'another run' : heldBy(by);
    const often = Number.isFinite(times) ? `${times} times in a row` : '(how often is not known)';
    return { code: 'skipped', message: `not run ${often}: ${who}, holds the lock` };
  }

  #ways(): readonly Way[] {
    const { notify } = this.#about.flags;
    const { webhook: to } = this.#addresses;
    const ways = [notify === undefined ? undefined : command(notify, this.#runHere), to && webhook(to, by)];
    return ways.filter((way) => way !== undefined);
  }

  #runHere: RunProgram = (argv, deadline, more) =>
    runLocal(argv, deadline, { ...more, cwd: this.#cwd, terminal: false });

  async #ping(what: 'start' | number, text: string): Promise<readonly Note[]> {
    const { ping: to } = this.#addresses;
    if (to === undefined) return [];
    try {
      await ping(to, what, this.#rid, text, by);
      return [];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [{ by: 'ping', failure: `${what === 'start' ? 'of its beginning' : 'of its end'}: ${why}` }];
    }
  }
}
