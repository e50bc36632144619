import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EventOf, RunEvent } from '../../src/core/event.ts';
import { packageRoot } from '../architecture/project.ts';

const program = `${packageRoot}dist/cli/main.cjs`;

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

/** A controller with a directory of its own, in which it is called and keeps its journals. */
export class Controller {
  readonly directory = mkdtempSync(join(tmpdir(), 'unwedge-controller-'));
  readonly stateDir = join(this.directory, 'unwedge');
  readonly #inventory: string;

  constructor(inventory: string) {
    this.#inventory = inventory;
  }

  write(name: string, text: string): string {
    writeFileSync(join(this.directory, name), text);
    return name;
  }

  /** Starts `unwedge run PLAYBOOK`, with events. */
  run(playbook: string, ...args: readonly string[]): Call {
    return this.call('run', playbook, '-i', this.#inventory, '--output', 'json', ...args);
  }

  /** Starts any command of unwedge. */
  call(...args: readonly string[]): Call {
    return new Call(this.#start(args));
  }

  /** The same below another program, such as a shell that sets limits: `before` is its argv, to which the command is added. */
  callBelow(before: readonly string[], ...args: readonly string[]): Call {
    return new Call(this.#start(args, before));
  }

  /** The same below another program that takes the command as one text, such as `script -c`. */
  below(before: readonly string[], ...args: readonly string[]): Call {
    const words = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    const [file = '', ...rest] = [...before, words.join(' '), '/dev/null'];
    return new Call(spawn(file, rest, { env: this.#env, cwd: this.directory }));
  }

  /** What a command says, and its exit code. */
  async tell(...args: readonly string[]): Promise<Told> {
    const child = this.#start(args);
    child.stdin.end();
    return heard(child);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #env(): NodeJS.ProcessEnv {
    return { ...process.env, XDG_STATE_HOME: this.directory, NO_COLOR: '1' };
  }

  #start(args: readonly string[], before: readonly string[] = []): ChildProcessWithoutNullStreams {
    const [file = '', ...rest] = [...before, process.execPath, program, ...args];
    return spawn(file, rest, { env: this.#env, cwd: this.directory });
  }
}

/** Reads a program to its end. Not spawnSync: this process answers as the hosts' SSH servers. */
export async function heard(child: ChildProcessWithoutNullStreams): Promise<Told> {
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { ...said, code };
}

export interface Told {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}
