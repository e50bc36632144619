import type { ChangeRef, RunEvent } from '../core/event.ts';

/** What became of the changes of a run, host by host: a fold of its events. */
export class MadeChanges {
  readonly #summaries = new Map<string, { host: string; summary: string; down: readonly string[] }>();
  readonly #down = new Map<string, Set<string>>();
  readonly #told = new Map<string, { host: string; line: string; done: boolean }>();

  add(event: RunEvent): void {
    switch (event.type) {
      case 'change.applying':
        this.#summaries.set(keyOf(event), {
          ...{ host: event.host, summary: event.change.summary, down: event.change.down ?? [] },
        });
        break;
      case 'change.applied':
        this.#tell(event, true, '');
        this.#stopped(event);
        break;
      case 'change.left':
      case 'change.drifted':
        this.#tell(event, false, `: ${event.reason}`);
        break;
      case 'change.in-doubt':
        this.#tell(event, false, `: in doubt, ${event.reason}`);
        break;
      case 'change.undone': // The recap tells of it.
        this.#told.delete(keyOf(event));
        break;
      default: // Nothing of a change.
    }
  }

  /** A line each, by host: what was done, or what was not and why. */
  byHost({ done }: { readonly done: boolean }): ReadonlyMap<string, readonly string[]> {
    const hosts = new Map<string, string[]>();
    for (const { host, line } of [...this.#told.values()].filter((told) => told.done === done))
      hosts.set(host, [...(hosts.get(host) ?? []), line]);
    return hosts;
  }

  /** By host: containers that a change has stopped and that have no restart policy. Taking it back starts none of them. */
  get down(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#down;
  }

  #stopped(ref: ChangeRef): void {
    const { down = [] } = this.#summaries.get(keyOf(ref)) ?? {};
    if (down.length > 0) this.#down.set(ref.host, new Set([...(this.#down.get(ref.host) ?? []), ...down]));
  }

  #tell(ref: ChangeRef, done: boolean, why: string): void {
    const { host, summary } = this.#summaries.get(keyOf(ref)) ?? { host: ref.host, summary: `change ${ref.seq}` };
    this.#told.set(keyOf(ref), { host, line: summary + why, done });
  }
}

const keyOf = ({ host, seq }: ChangeRef): string => JSON.stringify([host, seq]);
