import { printable } from './printable.ts';

/** What tells one machine from another, as far as it has it; a container may have nothing of it. */
export interface Machine {
  /** machine-id(5). */
  readonly id?: string;
  /** The kernel's boot id: another one after each boot. */
  readonly boot?: string;
  /** Fingerprint of its ssh host key, as `ssh-keygen -l` prints it. */
  readonly hostKey?: string;
}

const ID = /^[0-9a-f]{32}$/;
const BOOT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What somebody else may have written, as parsed JSON: what has another form counts as not there; undefined: it says nothing. */
export function machineIn(json: unknown): Machine | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { id, boot, hostKey } = json as Record<string, unknown>;
  return {
    ...(typeof id === 'string' && ID.test(id) && { id }),
    ...(typeof boot === 'string' && BOOT.test(boot) && { boot }),
    ...(typeof hostKey === 'string' && /^SHA256:[A-Za-z0-9+/]{43}$/.test(hostKey) && { hostKey }),
  };
}

/** `same`: by its machine-id or its host key; `unknown`: there is nothing to compare; else what is different. */
export type Comparison = 'same' | 'unknown' | { readonly differs: string };

/** Whether a machine is the one that was known before. A boot changes the boot id only. Pure. */
export function compareMachines(then: Machine | undefined, now: Machine | undefined): Comparison {
  if (then?.id !== undefined && then.id !== now?.id) return differs('machine-id', then.id, now?.id);
  const isSameId = then?.id !== undefined;
  if (then?.hostKey === undefined || now?.hostKey === undefined) return isSameId ? 'same' : 'unknown';
  if (then.hostKey === now.hostKey) return 'same';
  // Its keys were renewed while it ran.
  const runsOn = isSameId && then.boot !== undefined && then.boot === now.boot;
  return runsOn ? 'same' : differs('ssh host key', then.hostKey, now.hostKey);
}

const differs = (what: string, then: string, now: string | undefined): Comparison => ({
  differs: `its ${what} is ${printable(now ?? 'missing')}, and it was ${printable(then)}`,
});
