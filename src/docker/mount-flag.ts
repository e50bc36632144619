import type { Daemon } from './daemon.ts';

/** MS_PRIVATE, MS_SLAVE and MS_SHARED of mount(2). */
const NUMBERS: Readonly<Record<string, string>> = { 262144: 'private', 524288: 'slave', 1048576: 'shared' };

/** `private`, `slave` or `shared`, as systemd has MountFlags= loaded: up to 219 it prints a number (systemd#25522). Undefined: none of them. */
export const mountFlagIn = (loaded: string): string | undefined =>
  NUMBERS[loaded] ?? loaded.split(' ').find((word) => Object.values(NUMBERS).includes(word));

/** systemd makes no mount namespace for MountFlags=shared alone since 236 (src/core/execute.c, exec_needs_mount_namespace). */
const makesNamespace = (flag: string, systemd = Infinity): boolean => flag !== 'shared' || systemd < 236;

/**
 * docker's own, as systemd has it loaded, or will have after the reload that it asks for. Undefined also where it gives
 * dockerd no mount namespace.
 */
export function mountFlagOf(daemon: Daemon): string | undefined {
  const flag = configuredFlagOf(daemon);
  return flag !== undefined && makesNamespace(flag, daemon.systemd) ? flag : undefined;
}

function configuredFlagOf({ unit, mountFlagsIn }: Daemon): string | undefined {
  const loaded = mountFlagIn(unit.MountFlags ?? '');
  if (loaded !== undefined || unit.NeedDaemonReload !== 'yes') return loaded;
  return mountFlagsIn.find(({ value }) => value !== '')?.value;
}
