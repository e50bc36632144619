import type { Json, JsonObject } from './json.ts';

export type Risk = 'none' | 'container-restart' | 'daemon-restart' | 'reboot' | 'data-loss';

/**
 * One intended mutation of one host. It carries all that its undo needs: it is durable in the journal before
 * the host is touched, so a change whose answer was lost can still be undone.
 */
export interface Change {
  /** What is changed, by a name that other steps can look up, e.g. `file /etc/…/10-unwedge.conf`. */
  readonly resource: string;
  /** Further resources of which it leaves nothing, by their names. */
  readonly gone?: readonly string[];
  /** One line for people: what will be done. */
  readonly summary: string;
  readonly before: Json;
  readonly after: Json;
  readonly risk: Risk;
  /** How many running containers it stops, also those that come back; left out where it stops none. */
  readonly stops?: number | 'unknown';
  /** Names of running containers that it stops and that have no restart policy: they stay down. */
  readonly down?: readonly string[];
  /** True where check cannot know whether a run will make this change. */
  readonly may?: boolean;
  /** For files: unified diff material, shown by --diff. */
  readonly diff?: {
    readonly path: string;
    readonly before: string;
    readonly after: string;
  };
  /** What apply and undo need beyond before and after. */
  readonly data?: JsonObject;
}
