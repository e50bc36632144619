import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EventOf, RunEvent } from '../../src/core/event.ts';
import { packageRoot } from '../architecture/project.ts';

/** One call of the built command. Its events are read as they come (--output json). */
export class Call {
  readonly events: RunEvent[] = [];
  stderr = '';
  readonly ended: Promise<number>;
  readonly #child: ChildProcessWithoutNullStreams;
  #heard: (() => void)[] = [];

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    const lines = createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.events.push(JSON.parse(line));
      this.#wake();
    });
    this.ended = Promise.all([once(child, 'close'), once(lines, 'close')]).then(([[code, signal]]) => {
      this.#child.stdin.destroy();
      this.#wake();
      return code ?? (signal === 'SIGKILL' ? 137 : 143);
    });
  }

  ofType<Type extends RunEvent['type']>(type: Type): readonly EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** host → status, as the recap has it. */
  get statuses(): Record<string, string> {
    return Object.fromEntries(
      this.ofType('run.finished').flatMap(({ recap }) => recap.outcomes.map(({ host, status }) => [host, status])),
    );
  }

  get run(): string {
    return this.ofType('run.started')[0]?.run ?? '';
  }

  /** Resolves with the first event that is so. @throws Error where the command ends without one */
  async until(isIt: (event: RunEvent) => boolean): Promise<RunEvent> {
    let open = true;
    void this.ended.then(() => {
      open = false;
    });
    for (;;) {
      const found = this.events.find(isIt);
      if (found !== undefined) return found;
      if (!open) throw new Error(`the command has ended without that event: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  #wake(): void {
    for (const resolve of this.#heard.splice(0)) resolve();
  }
}

/** A controller with a state directory of its own. */
export class Controller {
  readonly directory = mkdtempSync(join(tmpdir(), 'unwedge-controller-'));
  readonly #inventory: string;

  constructor(inventory: string) {
    this.#inventory = inventory;
  }

  /** Starts `unwedge run PLAYBOOK`, with events. */
  run(playbook: string, ...args: readonly string[]): Call {
    return this.call('run', playbook, '-i', this.#inventory, '--output', 'json', ...args);
  }

  /** Starts any command of unwedge. */
  call(...args: readonly string[]): Call {
    const env = { ...process.env, XDG_STATE_HOME: this.directory, NO_COLOR: '1' };
    return new Call(
      spawn(process.execPath, [`${packageRoot}dist/cli/main.cjs`, ...args], { env, cwd: this.directory }),
    );
  }

  /** What a command says on stdout, and its exit code. */
  async tell(...args: readonly string[]): Promise<{ readonly stdout: string; readonly code: number | null }> {
    const env = { ...process.env, XDG_STATE_HOME: this.directory, NO_COLOR: '1' };
    const child = spawn(process.execPath, [`${packageRoot}dist/cli/main.cjs`, ...args], { env, cwd: this.directory });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stdin.end();
    const [code] = await once(child, 'close');
    return { stdout, code };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
