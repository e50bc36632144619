import type { Change } from './change.ts';

/** Whether this resource is to be changed already, and what is to be changed after that (all of it where it is not). */
export function sinceLast(
  pending: readonly Change[],
  resource: string,
): { readonly planned: boolean; readonly later: readonly Change[] } {
  const last = pending.findLastIndex((change) => change.resource === resource);
  return { planned: last >= 0, later: pending.slice(last + 1) };
}
