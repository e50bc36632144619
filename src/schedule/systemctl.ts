import { inputError } from '../core/diagnostic.ts';
import type { Scope } from './hardening.ts';
import { A_WEEK, type RunLocal, ran } from './schedule.ts';

/** Seconds for what only asks or tells systemd something. */
const DEADLINE = 60;
const USE_CRON = "use cron: --cron '15 3 * * *'";

/** systemd's own programs, of the system or of this user. */
export class Systemctl {
  readonly #run: RunLocal;
  readonly #scope: readonly string[];

  constructor(run: RunLocal, scope: Scope) {
    this.#run = run;
    this.#scope = scope === 'user' ? ['--user'] : [];
  }

  /** `252`. @throws InputError where there is no systemd */
  async version(): Promise<number> {
    const { code, stdout, stderr } = await this.#ask(['systemctl', '--version']);
    const version = Number(/^systemd (\d+)/.exec(stdout)?.[1]);
    if (version > 0) return version;
    const why = stderr.trim() || (code === 0 ? 'it is not in its answer' : `exit code ${code}`);
    throw inputError(`systemctl --version does not print a version: ${why}`, USE_CRON);
  }

  /** @throws InputError with what systemctl said */
  async do(...words: readonly string[]): Promise<void> {
    const { code, stderr, stdout } = await this.#ask(['systemctl', ...this.#scope, ...words]);
    if (code !== 0)
      throw inputError(`systemctl ${words.join(' ')}: ${(stderr || stdout).trim() || `exit code ${code}`}`);
  }

  /** Runs a service to its end. */
  async start(unit: string): Promise<void> {
    // Its own exit code is what tells; systemctl says only that there was one.
    await this.#ask(['systemctl', ...this.#scope, 'start', unit], A_WEEK);
  }

  /** Properties of a unit. systemd 219 has no --value. */
  async show(unit: string, ...names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await this.#ask(['systemctl', ...this.#scope, 'show', unit, `--property=${names.join(',')}`]);
    const pairs = stdout.split('\n').filter((line) => line.includes('='));
    return new Map(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  }

  /** What systemd has against a unit's file, a line each. */
  async verify(file: string): Promise<string> {
    const { stdout, stderr } = await this.#ask(['systemd-analyze', ...this.#scope, 'verify', file]);
    return stdout + stderr;
  }

  /** What systemd-analyze tells of calendar expressions; undefined where it does not know them yet (before 236). */
  async calendar(expressions: readonly string[], iterations: number, version: number): Promise<string | undefined> {
    if (version < 236) return undefined;
    const many = version >= 242 ? [`--iterations=${iterations}`] : [];
    const { code, stdout, stderr } = await this.#ask(['systemd-analyze', 'calendar', ...many, '--', ...expressions]);
    if (code === 0) return stdout;
    throw inputError(`--on-calendar: ${stderr.trim()}`, "systemd.time(7) has the words: 'Mon..Fri *-*-* 03:15:00'");
  }

  async journal(unit: string, ...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await this.#ask(['journalctl', ...this.#scope, '--no-pager', '-u', unit, ...words]);
    return stdout || stderr;
  }

  /** @throws InputError where there is no such program, or it was not done in time */
  async #ask(argv: readonly string[], deadline = DEADLINE) {
    const said = await ran(this.#run, argv, deadline);
    if (said.code === 127) throw inputError(`${argv[0]} can't be run: ${said.stderr.trim()}`, USE_CRON);
    return said;
  }
}
