import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { causeText } from '../core/cause-text.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import { type ReadOptions, readLocal } from './read-file.ts';

/** Whose files are obeyed: the caller's, root's, and those of the group of a directory that root or the caller has shared. */
export interface Trust {
  /** Id of the group that a state directory is shared with; left out: it is not shared. */
  readonly group?: number;
}

/** In a shared state directory; only the directory's owner can have set it. */
export const SHARED_MARKER = 'shared-with-group';

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** @throws InputError where somebody else could have written it; the message names the mode that is needed */
export function mustBeTrusted(path: string, found: Stats, { group }: Trust = {}): void {
  const me = process.geteuid?.();
  if (me === undefined) return;
  const isShared = group !== undefined && found.gid === group;
  const kind = found.isDirectory() ? 'directory' : 'file';
  if (found.uid !== 0 && found.uid !== me && !isShared)
    throw inputError(
      `the ${kind} ${path} is owned by uid ${found.uid}, not by ${me === 0 ? 'root' : `${callerName(me)} or root`}: it is not used`,
      `call unwedge as its owner; or, once you have looked at it: chown ${me} ${path}`,
    );
  const tooWide = found.mode & (isShared ? OTHERS_WRITE : GROUP_WRITES | OTHERS_WRITE);
  if (tooWide === 0) return;
  const needed = found.isDirectory() ? (isShared ? '2770' : '0700') : isShared ? '0660' : '0600';
  throw inputError(
    `the ${kind} ${path} can be written by ${tooWide & OTHERS_WRITE ? 'every user' : 'its group'} (mode ${modeText(found)}): it is not used`,
    `once you have looked at it: chmod ${needed} ${path}${tooWide === GROUP_WRITES && found.isDirectory() ? '; to share it with a group: docs/resume.md' : ''}`,
  );
}

const modeText = ({ mode }: Stats): string => (mode & 0o7777).toString(8).padStart(4, '0');

function callerName(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${uid}`; // An id without a name.
  }
}

/** The bytes of a file that only the caller or root can have written. @throws InputError; Error where it can't be read */
export const readTrusted = (path: string, trust: Trust = {}, options: ReadOptions = {}): Promise<Buffer> =>
  readLocal(path, { ...options, check: (found) => mustBeTrusted(path, found, trust) });

/** The same for what is one file on a command line or in an inventory. @throws InputError that begins with `what` */
export async function readTrustedInput(
  what: string,
  path: string,
  todo: string,
  options: ReadOptions = {},
): Promise<Buffer> {
  try {
    return await readTrusted(path, {}, options);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw inputError(`${what}: ${causeText(cause)}`, todo);
  }
}

/**
 * Whose files count in a state directory. One that is not there yet will be the caller's own.
 * @throws InputError where somebody else can write to it, or replace it
 */
export async function trustIn(stateDir: string): Promise<Trust> {
  const found = await statOf(stateDir);
  await mustBeSafeAbove(stateDir);
  if (found === undefined) return {};
  if (!found.isDirectory()) return {}; // What needs a directory there says so.
  const trust = await sharing(stateDir, found);
  mustBeTrusted(stateDir, found, trust);
  return trust;
}

/** @throws InputError where it is a link or somebody else's; nothing where it is not there */
export async function mustBeTrustedDirectory(path: string, trust: Trust): Promise<void> {
  const found = await lstat(path).catch(missing);
  if (found?.isSymbolicLink()) throw inputError(`the directory ${path} is a symbolic link: it is not used`);
  if (found !== undefined) mustBeTrusted(path, found, trust);
}

async function sharing(stateDir: string, directory: Stats): Promise<Trust> {
  const path = join(stateDir, SHARED_MARKER);
  const marker = await lstat(path).catch(missing);
  if (marker === undefined) return {};
  // A member of the group can rename what is in the directory, but not make a file of the directory's owner.
  const me = process.geteuid?.();
  const isOwners = marker.isFile() && marker.uid === directory.uid && (directory.uid === 0 || directory.uid === me);
  if (isOwners && (marker.mode & (GROUP_WRITES | OTHERS_WRITE)) === 0) return { group: directory.gid };
  throw inputError(
    `${path} does not share ${stateDir}: it must be a file of the directory's owner, who is root or you, and only they may write to it`,
    `as that owner: rm -f ${path}; touch ${path}; chmod 0644 ${path}`,
  );
}

/** What every user may write to, and take files of others away from, can't hold a state directory. */
async function mustBeSafeAbove(path: string): Promise<void> {
  for (let above = dirname(resolve(path)); ; above = dirname(above)) {
    const found = await statOf(above);
    if (found !== undefined && found.mode & OTHERS_WRITE && !(found.mode & STICKY))
      throw inputError(
        `the directory ${above} can be written by every user (mode ${modeText(found)}): ${path} in it is not used`,
        `chmod o-w ${above}, or choose another directory with --state-dir`,
      );
    if (above === dirname(above)) return;
  }
}

const statOf = (path: string): Promise<Stats | undefined> => stat(path).catch(missing);

function missing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR' || cause.code === 'EACCES') return undefined;
  throw cause;
}
