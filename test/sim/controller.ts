import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Call, type Surroundings, type Told, unwedge } from '../unwedge.ts';

export type { Call, Told } from '../unwedge.ts';

/** A controller with a directory of its own, in which it is called and keeps its journals. */
export class Controller {
  readonly directory = mkdtempSync(join(tmpdir(), 'unwedge-controller-'));
  readonly stateDir = join(this.directory, 'unwedge');
  readonly #inventory: string;
  readonly #surroundings: Surroundings = {
    cwd: this.directory,
    env: { XDG_STATE_HOME: this.directory, NO_COLOR: '1' },
  };

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
    return new Call(args, this.#surroundings);
  }

  /** The same below another program, such as a shell that sets limits: `below` is its argv, to which the command is added. */
  callBelow(below: readonly string[], ...args: readonly string[]): Call {
    return new Call(args, { ...this.#surroundings, below });
  }

  /** The same below another program that takes the command as one text, such as `script -c`. */
  below(below: readonly string[], ...args: readonly string[]): Call {
    return new Call(args, { ...this.#surroundings, below, asText: true });
  }

  /** What a command says, and its exit code. */
  tell(...args: readonly string[]): Promise<Told> {
    return unwedge(args, this.#surroundings);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
