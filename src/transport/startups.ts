import type { Route } from './route.ts';

/**
 * A place where logins are turned away when too many begin at once (sshd's MaxStartups): a host, or the jump host of many.
 * Lets no more begin there than it has shown to take.
 */
class Door {
  /** How many may be on their way in. */
  limit: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  async enter(): Promise<void> {
    if (this.#inside >= this.limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inside += 1;
  }

  leave(): void {
    this.#inside -= 1;
    // One that waits takes the place at once, so that nobody comes before it.
    while (this.#inside < this.limit && this.#waiting.length > 0) {
      this.#inside += 1;
      this.#waiting.shift()?.();
    }
  }
}

/** One login on its way in. */
export interface Entered {
  /** The host, or the jump host before it, has turned it away: fewer at once go there from now on. */
  turnedAway(by: 'host' | 'jump'): Promise<void>;
  leave(): void;
}

/** The logins of this process that are on their way in. Nothing is held back before a server has turned one away. */
export class Startups {
  readonly #doors = new Map<string, Door>();
  #onTheWay = 0;

  /** Waits until there is room. `route` is asked only once some server has turned a login away. */
  async enter(route: () => Promise<Route>): Promise<Entered> {
    const passed = new Map<Door, number>();
    // The jump host first, everywhere: none waits for another in a circle.
    if (this.#doors.size > 0)
      for (const key of keysOf(await route())) {
        const door = this.#doors.get(key);
        await door?.enter();
        if (door !== undefined) passed.set(door, door.limit);
      }
    this.#onTheWay += 1;
    return {
      turnedAway: async (by) => {
        const onTheWay = this.#onTheWay;
        const to = await route();
        const key = by === 'jump' && to.jump !== undefined ? to.jump : to.host;
        const door = this.#doors.get(key);
        if (door === undefined) this.#doors.set(key, new Door(half(onTheWay)));
        // Of all that were let in by the same limit, the first that is turned away lowers it.
        else if (passed.get(door) === door.limit) door.limit = half(door.limit);
      },
      leave: () => {
        this.#onTheWay -= 1;
        for (const door of passed.keys()) door.leave();
      },
    };
  }
}

const keysOf = ({ jump, host }: Route): readonly string[] => (jump === undefined ? [host] : [jump, host]);

const half = (count: number): number => Math.max(1, Math.floor(count / 2));
