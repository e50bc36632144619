import type { JsonObject } from './json.ts';

/** `critical`: something is stuck or broken now. `warning`: it will be, by a cause that waits. `info`: good to know for what follows. */
export type Severity = 'critical' | 'warning' | 'info';

/** What a look at a host found out, for people and for reports. Plain JSON; its texts may hold the host's own words. */
export interface Finding {
  /** Stable, never given to another meaning: `UW001`. `unwedge explain UW001` tells all about it. */
  readonly code: string;
  readonly severity: Severity;
  /** What it is about, e.g. `container victim (648fcdd4547a)`, `unit ntpd.service`, `host`. */
  readonly subject: string;
  /** One line: what is so on this host. */
  readonly message: string;
  /** One line: what to do about it. */
  readonly remedy: string;
  /** A line each: what it was concluded from. */
  readonly evidence: readonly string[];
  /** The same for programs, where there is more than the lines say. */
  readonly data?: JsonObject;
}
