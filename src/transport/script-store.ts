import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostScript } from '../core/host-script.ts';
import { SessionError } from '../core/session.ts';
import { encodeArgs } from './framing.ts';

/** The package's src/: two levels above both src/transport/ and the bundle's dist/cli/. */
const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const texts = new Map<string, Promise<string>>();

/** A host script's text with the prelude that gives it its arguments. Read once per process. */
export async function scriptText({ path, within, look }: HostScript): Promise<string> {
  const looks = look === undefined ? [] : [`UNWEDGE_LOOK=${quoted(await textOf(look))}`];
  if (within === undefined) return withPrelude(await textOf(path), ...looks);
  return withPrelude(await textOf(within), `UNWEDGE_INNER=${quoted(await textOf(path))}`, ...looks);
}

/** Read by other scripts, by a line of theirs. On a host there are no files: it is sent in that line's place, as one line. */
const LIBRARIES: readonly string[] = ['files/mounted.sh'];
const READS = /^\. "\$\{0%\/\*\}\/(\S+\.sh)"$/m;

async function withLibrary(path: string, text: string): Promise<string> {
  const library = join(dirname(path), READS.exec(text)?.[1] ?? '');
  if (!LIBRARIES.includes(library)) return text;
  // set -u is the script's own.
  const line = oneLine((await ownText(library)).replace('set -u\n', ''));
  return text.replace(READS, () => line);
}

const oneLine = (text: string): string => text.trimEnd().replaceAll('\n', ' ');

/** A script with its arguments as one text that `sh` runs anywhere. */
export const standaloneText = async (script: HostScript, args: readonly string[]): Promise<string> =>
  `UNWEDGE_ARGS=${quoted(encodeArgs(args))}\n${await scriptText(script)}`;

/** In the place of #!/bin/sh, so that the shell's messages name the file's own line numbers. */
async function withPrelude(text: string, ...more: readonly string[]): Promise<string> {
  const first = [await preludeLine(), ...more].join(' ');
  return text.startsWith('#!') ? text.replace(/^.*/, () => first) : `${first}\n${text}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const JOBS = ['transport/job.sh', 'transport/lock.sh', 'transport/waiting.sh'];

/** What a session sends of its own. */
export const SESSION_SCRIPTS = [...JOBS, 'transport/agent.sh', 'transport/guard.sh', 'transport/arguments.sh'];

/** What runs on a host for a session, without its comments. `sandboxed`: it keeps its jobs from writing. */
export async function agentText(sandboxed: boolean): Promise<string> {
  const jobs = await Promise.all(JOBS.map(ownText));
  return [...jobs, sandboxed ? await sandboxText() : '', await ownText('transport/agent.sh')].join('');
}

async function sandboxText(): Promise<string> {
  const enter = await ownText('sandbox/enter.sh');
  // A program of its own there, which begins with #!.
  const client = await textOf('sandbox/proxy-client.sh');
  const check = await ownText('sandbox/check.sh');
  const given = `UNWEDGE_SANDBOX=${quoted(enter)} UNWEDGE_ASK=${quoted(client)} UNWEDGE_CHECK=${quoted(check)}\n`;
  const before = `${await ownText('sandbox/proxy.sh')}${await ownText('sandbox/data-roots.sh')}`;
  return `${before}${given}${await ownText('sandbox/start.sh')}`;
}

export const guardText = (): Promise<string> => ownText('transport/guard.sh');

const preludeLine = async (): Promise<string> => oneLine(await ownText('transport/arguments.sh'));

const ownText = async (path: string): Promise<string> => withoutComments(await textOf(path));

const withoutComments = (text: string): string =>
  text
    .split(/(?<=\n)/)
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join('');

/** One of ours is always there; a plugin's may not be. */
function unreadable(cause: Error): never {
  throw new SessionError(
    'refused',
    `a host script can't be read: ${cause.message}`,
    'a plugin names its scripts by new URL(NAME, import.meta.url)',
    {
      cause,
    },
  );
}

/** A file's own text. @throws SessionError */
export function textOf(path: string): Promise<string> {
  const text =
    texts.get(path) ??
    readFile(resolve(SOURCES, path), 'utf8')
      .catch((cause: Error) => unreadable(cause))
      .then((own) => withLibrary(path, own));
  texts.set(path, text);
  return text;
}
