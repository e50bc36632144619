import type { Sandbox } from './sandbox.ts';

const SUBCOMMANDS = [
  'run',
  'audit',
  'rollback',
  'resume',
  'runs',
  'runs show',
  'runs export',
  'runs verify',
  'lint',
  'inventory',
  'playbooks',
  'steps',
  'explain',
  'completion',
  'schedule',
  ...(['add', 'list', 'remove', 'run-now', 'logs'] as const).map((name) => `schedule ${name}` as const),
] as const;

/** Every flag that `--help` of a subcommand names, by subcommand. */
export function helpOf(sandbox: Sandbox): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(SUBCOMMANDS.map((name) => [name, flagsIn(sandbox.type(`unwedge ${name} --help`).stdout)]));
}

/** `-o`, `--output` of `-o, --output <kind>` and of `--output json`. */
export const flagsIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/(?<![\w-])(--?[A-Za-z][\w-]*)/g)].map(([, flag = '']) => flag));

/** Flags in `unwedge …` that the subcommand does not have; a subcommand that there is not. */
export function unknownFlags(line: string, help: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  // Words in quotes are data.
  const calls = line.replace(/'[^']*'/g, "''").split(/\||&&|;|>|#/);
  return calls
    .map((call) => call.trim())
    .filter((call) => call.startsWith('unwedge '))
    .flatMap((call) => {
      const name = /^unwedge (runs (?:show|export|verify)|schedule [a-z-]+|[a-z]+)/.exec(call)?.[1] ?? '';
      const known = help.get(name);
      return known ? [...flagsIn(call)].filter((flag) => !known.has(flag)) : [`no command: ${call}`];
    });
}
