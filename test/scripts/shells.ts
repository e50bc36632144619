import { describe, it } from 'vitest';
import { pathOf, programs } from './programs.ts';

/** What runs a host script: a shell and an awk. */
export interface Runner {
  /** Program and options, e.g. `bash --posix`. */
  readonly shell: readonly string[];
  /** A directory for PATH in which awk is that awk; undefined: the machine's own. */
  readonly awk: string | undefined;
}

const SHELLS = ['dash', 'bash', 'bash --posix', 'busybox ash'];
const AWKS = ['gawk', 'mawk', 'busybox awk'];

const installed = (command: string): boolean => pathOf(command.split(' ')[0] ?? '') !== undefined;
/** mawk too, which a script prefers. */
function awkDirectory(awk: string): string {
  const [program = '', ...rest] = awk.split(' ');
  const body = `exec ${[pathOf(program) ?? program, ...rest].join(' ')} "$@"`;
  return programs({ awk: body, mawk: body });
}

/** The suite once under each shell that a host's `sh` may be. */
export function underEachShell(suite: (runner: Runner) => void): void {
  each(SHELLS, (shell) => suite({ shell: shell.split(' '), awk: undefined }));
}

/** The suite once under each shell with each awk. */
export function underEachShellAndAwk(suite: (runner: Runner) => void): void {
  each(SHELLS, (shell) => each(AWKS, (awk) => suite({ shell: shell.split(' '), awk: awkDirectory(awk) })));
}

function each(commands: readonly string[], suite: (command: string) => void): void {
  for (const command of commands) {
    if (installed(command)) describe(`under ${command}`, () => suite(command));
    else it.skip(`under ${command}: skipped, it is not installed (test/prerequisites.sh installs it on Debian)`);
  }
}
