import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, sample } from '../level.ts';
import { packageRoot } from '../unwedge.ts';
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

type Pair = readonly [shell: string, awk: string];
const ALL: readonly Pair[] = SHELLS.flatMap((shell) => AWKS.map((awk) => [shell, awk] as const));
/** Debian's, and the two that differ most from it and from each other: EL7's, and one program that is both. They take turns. */
const DEBIAN: Pair = ['dash', 'mawk'];
const MOST_DIFFERENT: readonly Pair[] = [
  ['bash --posix', 'gawk'],
  ['busybox ash', 'busybox awk'],
];

/** All for scripts that have changed since main and at the level `full`, else those that stand for all. */
const pairs = (): readonly Pair[] =>
  at({
    check: [DEBIAN],
    test: scriptsHaveChanged() ? ALL : [DEBIAN, ...sample(MOST_DIFFERENT, 1, 'shells')],
    full: ALL,
  });

/** The suite once under each shell that a host's `sh` may be. */
export function underEachShell(suite: (runner: Runner) => void): void {
  const shells = [...new Set(pairs().map(([shell]) => shell))];
  each(shells, (shell) => suite({ shell: shell.split(' '), awk: undefined }));
}

/** The suite once under each shell with each awk. */
export function underEachShellAndAwk(suite: (runner: Runner) => void): void {
  const shells = [...new Set(pairs().map(([shell]) => shell))];
  const awksOf = (shell: string) => pairs().flatMap(([of, awk]) => (of === shell ? [awk] : []));
  each(shells, (shell) => each(awksOf(shell), (awk) => suite({ shell: shell.split(' '), awk: awkDirectory(awk) })));
}

/** Whether a script that the test file names, or what is sent along with every script, differs from main's. */
function scriptsHaveChanged(): boolean {
  const { testPath } = expect.getState();
  if (testPath === undefined) return true;
  const text = readFileSync(testPath, 'utf8');
  return changedScripts().some(
    (path) => path.startsWith('transport/') || text.includes(path) || text.includes(`'${basename(path)}'`),
  );
}

/** Below src/: the scripts that differ from main, committed or not; all count as changed where git can't say. */
function changedScripts(): readonly string[] {
  const git = (...args: readonly string[]) => spawnSync('git', args, { cwd: packageRoot, encoding: 'utf8' });
  const base = ['origin/main', 'main'].map((ref) => git('merge-base', ref, 'HEAD')).find(({ status }) => status === 0);
  if (base === undefined) return ['transport/'];
  const changed = git('diff', '--name-only', base.stdout.trim(), '--', 'src/*.sh', 'src/**/*.sh');
  const added = git('ls-files', '--others', '--exclude-standard', '--', 'src/**/*.sh');
  return `${changed.stdout}${added.stdout}`
    .split('\n')
    .flatMap((path) => (path === '' ? [] : [path.slice('src/'.length)]));
}

function each(commands: readonly string[], suite: (command: string) => void): void {
  for (const command of commands) {
    if (installed(command)) describe(`under ${command}`, () => suite(command));
    else it.skip(`under ${command}: skipped, it is not installed (test/prerequisites.sh installs it on Debian)`);
  }
}
