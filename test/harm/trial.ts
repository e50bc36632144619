import type { RunEvent } from '../../src/core/event.ts';
import type { Connection } from '../../src/core/session.ts';
import { carryOut, disturbed, ladder, short } from './engine.ts';
import { Host } from './host.ts';
import { differences, harmDone, lies, reachedPeers, told, unexplained } from './laws.ts';
import { Observer, type Snapshot } from './observation.ts';
import { Program } from './program.ts';
import type { Story } from './story.ts';

/** Makes a host of this story, lets a check, a run and a check at it, and tells what of the laws was broken. */
export async function breachesOn(story: Story): Promise<string[]> {
  const host = await Host.boot();
  const observer = new Observer(host);
  try {
    const program = new Program(story);
    await host.play(program.setup());
    observer.open();
    await host.play(program.endings());
    return await new Trial(host, observer, program).breaches();
  } finally {
    observer.close();
    await host.close();
  }
}

class Trial {
  readonly #host: Host;
  readonly #observer: Observer;
  readonly #program: Program;
  readonly #breaches: string[] = [];
  #before: Snapshot;
  #processes: ReadonlySet<string>;

  constructor(host: Host, observer: Observer, program: Program) {
    this.#host = host;
    this.#observer = observer;
    this.#program = program;
    this.#before = observer.snapshot();
    this.#processes = this.#before.processes;
  }

  async breaches(): Promise<string[]> {
    const { story } = this.#program;
    const beginning = this.#before;
    const check = await this.#engine('check');
    this.#breaches.push(...differences(this.#span()));
    const run = await this.#engine('run');
    const after = this.#judge();
    this.#breaches.push(...unexplained(this.#program, beginning, after, run));
    // What an injected race changes, no check can know.
    if (story.race === undefined) {
      const again = await this.#engine('check');
      this.#breaches.push(...lies(told(check), told(run), told(again)), ...reachedPeers(beginning, told(run)));
    }
    return this.#breaches;
  }

  #span() {
    return {
      program: this.#program,
      before: this.#before,
      after: this.#observer.snapshot(),
      spaces: this.#observer.spaces,
      processes: this.#processes,
    };
  }

  /** Harm done since the last look; from here on the next span begins. */
  #judge(): Snapshot {
    const span = this.#span();
    this.#breaches.push(...harmDone(span));
    this.#before = span.after;
    return span.after;
  }

  #engine(mode: 'check' | 'run'): Promise<RunEvent[]> {
    const { story } = this.#program;
    return carryOut(mode, story.ladder ? ladder() : short(story.lazy), async () => {
      const connection = await this.#host.connect();
      return mode === 'run' ? this.#raced(connection) : connection;
    });
  }

  #raced(connection: Connection): Connection {
    const { race } = this.#program.story;
    if (race === undefined) return connection;
    return disturbed(connection, race.before, async () => {
      this.#judge();
      await this.#host.play(this.#program.race(race));
      this.#before = this.#observer.snapshot();
      const { processes } = this.#before;
      this.#processes = new Set([...this.#processes].filter((process) => processes.has(process)));
    });
  }
}
