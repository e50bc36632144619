/** Where *.conf files are read from at boot, the first that has a name before the others (sysctl.d(5)). */
export const CONF_DIRECTORIES = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
] as const;
export const SYSCTL_CONF = '/etc/sysctl.conf';

/** What a file that is read at boot sets it to. */
export interface BootValue {
  readonly file: string;
  readonly value: string;
}

/** With dots: as sysctl(8) has it, the first separator tells which of the two it is, the other one stands for itself. */
export function dotted(name: string): string {
  return /[./]/.exec(name)?.[0] === '/' ? swapped(name) : name;
}

const swapped = (name: string): string => name.replace(/[./]/g, (c) => (c === '.' ? '/' : '.'));

/** Below /proc/sys. */
export const procName = (name: string): string => swapped(dotted(name));

/** The kernel separates by tabs, people by blanks. */
export const sameSpaces = (value: string | number): string => String(value).trim().replace(/\s+/g, ' ');

/** The file that is to set it at boot. */
export const confPath = (name: string): string =>
  `${CONF_DIRECTORIES[0]}/60-unwedge-${dotted(name).replaceAll('/', '-')}.conf`;

export const confText = (name: string, value: string): string =>
  `# Written by unwedge. Its journal keeps what was here before.\n${dotted(name)} = ${value}\n`;

/** What is read after our file and sets it to something else; `boot` is in the order of reading. */
export function overriding(boot: readonly BootValue[], path: string, value: string): BootValue | undefined {
  const last = boot.findLast(({ file }) => file !== path);
  if (last === undefined || last.value === value) return undefined;
  const baseName = (file: string) => file.slice(file.lastIndexOf('/') + 1);
  return last.file === SYSCTL_CONF || baseName(last.file) > baseName(path) ? last : undefined;
}
