import { inputError } from '../core/diagnostic.ts';
import type { Scope } from './hardening.ts';
import { A_WEEK, type RunLocal } from './schedule.ts';

/** Seconds for what only asks or tells systemd something. */
const DEADLINE = 60;

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
    const { stdout } = await this.#say(['systemctl', '--version']);
    const version = Number(/^systemd (\d+)/.exec(stdout)?.[1]);
    if (version > 0) return version;
    throw inputError('systemctl does not tell its version', "use cron: --cron '15 3 * * *'");
  }

  /** @throws InputError with what systemctl said */
  async do(...words: readonly string[]): Promise<void> {
    const { code, stderr, stdout } = await this.#say(['systemctl', ...this.#scope, ...words]);
    if (code !== 0)
      throw inputError(`systemctl ${words.join(' ')}: ${(stderr || stdout).trim() || `exit code ${code}`}`);
  }

  /** Runs a service to its end. */
  async start(unit: string): Promise<void> {
    // Its own exit code is what tells; systemctl says only that there was one.
    await this.#run(['systemctl', ...this.#scope, 'start', unit], A_WEEK);
  }

  /** Properties of a unit. systemd 219 has no --value. */
  async show(unit: string, ...names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await this.#say(['systemctl', ...this.#scope, 'show', unit, `--property=${names.join(',')}`]);
    const pairs = stdout.split('\n').filter((line) => line.includes('='));
    return new Map(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  }

  /** What systemd has against a unit's file, a line each. */
  async verify(file: string): Promise<string> {
    const { stdout, stderr } = await this.#say(['systemd-analyze', ...this.#scope, 'verify', file]);
    return stdout + stderr;
  }

  /** What systemd-analyze tells of calendar expressions; undefined where it does not know them yet (before 236). */
  async calendar(expressions: readonly string[], iterations: number, version: number): Promise<string | undefined> {
    if (version < 236) return undefined;
    const many = version >= 242 ? [`--iterations=${iterations}`] : [];
    const { code, stdout, stderr } = await this.#say(['systemd-analyze', 'calendar', ...many, '--', ...expressions]);
    if (code === 0) return stdout;
    throw inputError(`--on-calendar: ${stderr.trim()}`, "systemd.time(7) has the words: 'Mon..Fri *-*-* 03:15:00'");
  }

  async journal(unit: string, ...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await this.#say(['journalctl', ...this.#scope, '--no-pager', '-u', unit, ...words]);
    return stdout || stderr;
  }

  async #say(argv: readonly string[]) {
    try {
      return await this.#run(argv, DEADLINE);
    } catch (cause) {
      throw inputError(`${argv[0]}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
}
