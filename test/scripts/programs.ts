import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryPath } from '../transport/host-scripts.ts';
import type { Runner } from './shells.ts';

export { temporaryPath };

const temporaryDirectory = dirname(temporaryPath('x'));

/** Where the machine has a program. */
export function pathOf(program: string): string | undefined {
  const { stdout, status } = spawnSync('sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * A directory for PATH with doubles of programs, each the text of a sh script. In it, $here is the directory;
 * every call is a line of the file that `calls` reads.
 */
export function programs(texts: Readonly<Record<string, string>>): string {
  const directory = temporaryPath('bin');
  mkdirSync(directory);
  for (const [name, text] of Object.entries(texts)) {
    const path = `${directory}/${name}`;
    writeFileSync(path, `#!/bin/sh\nhere=${directory}\necho "${name} $*" >>"$here/.calls"\n${text}\n`);
    chmodSync(path, 0o755);
  }
  return directory;
}

/** How the doubles were called, in order: `docker rm 0123…`. */
export const calls = (directory: string): string[] =>
  existsSync(`${directory}/.calls`) ? readFileSync(`${directory}/.calls`, 'utf8').trimEnd().split('\n') : [];

/** A directory for PATH with links to some of the machine's programs: nothing else is there. */
export function onlyPrograms(names: readonly string[]): string {
  const directory = temporaryPath('only');
  mkdirSync(directory);
  for (const name of names) {
    const path = pathOf(name);
    if (path !== undefined) symlinkSync(path, `${directory}/${name}`);
  }
  return directory;
}

export interface Surroundings {
  /** Directories before those of PATH. */
  readonly path?: readonly string[];
  /** Directories in the place of PATH. */
  readonly onlyPath?: readonly string[];
  /** A process in whose mount namespace the script runs. */
  readonly inside?: { readonly pid: number };
  /** A command line before the shell's: `unshare -m …`. */
  readonly wrapper?: readonly string[];
}

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a host script, by its path below src/ or an absolute one, as an agent does: no stdin, LC_ALL=C. */
export function runScript(runner: Runner, script: string, args: readonly string[], around: Surroundings = {}): Result {
  const file = resolve(fileURLToPath(new URL('../../src/', import.meta.url)), script);
  const directories = around.onlyPath ?? [...(around.path ?? []), process.env.PATH ?? ''];
  const path = [...(runner.awk === undefined ? [] : [runner.awk]), ...directories].join(':');
  const enter = around.inside ? ['nsenter', '-t', String(around.inside.pid), '-m', '--'] : [];
  const [program = '', ...rest] = [
    ...(around.wrapper ?? enter),
    // Here, and not for all: what enters and wraps is the machine's own, whatever PATH the script gets.
    ...['env', `PATH=${path}`, ...commandLine(runner.shell, file, path)],
    ...args,
  ];
  const { status, stdout, stderr, error } = spawnSync(program, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    cwd: '/',
    timeout: 60_000,
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

function commandLine([shell = 'sh', ...options]: readonly string[], file: string, path: string): string[] {
  const program = [pathOf(shell) ?? shell, ...options];
  if (shell !== 'busybox') return [...program, file];
  // Debian's busybox takes its own applets before PATH; functions come before those. No function's name has a dash: those are found by PATH.
  const doubles = path.split(':').filter((directory) => directory.startsWith(temporaryDirectory));
  const functions = doubles
    .toReversed()
    .flatMap((directory) => readdirSync(directory).map((name) => [name, `${directory}/${name}`]))
    .filter(([name]) => /^\w+$/.test(name ?? ''))
    .map(([name, executable]) => `${name}() { ${executable} "$@"; }`);
  return [...program, '-c', `${functions.join('\n')}\n. "$0"`, file];
}
