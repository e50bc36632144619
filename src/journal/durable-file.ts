import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mustBeTrusted, type Trust } from '../local/trust.ts';

/** As mkdir -p with 0700, but with the cause where it fails: node's own recursive mkdir says ENOENT on a read-only file system. */
export async function ensureDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return;
    if (!hasCode(cause, 'ENOENT') || dirname(path) === path) throw cause;
    await ensureDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch((again: unknown) => {
      if (!hasCode(again, 'EEXIST')) throw again;
    });
  }
}

/** A file is only as durable as the directories that name it. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Resolves once the text is at the file's end and survives a power cut. @param trust whose the file may be; of a new one the mode is 0600, shared with a group 0660 */
export async function appendDurably(path: string, text: string, trust: Trust = {}): Promise<void> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Error('it is not a regular file');
    mustBeTrusted(path, found, trust);
    if (trust.group !== undefined && found.size === 0) await handle.chmod(0o660);
    await handle.appendFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(path));
}

/** The file holds the old text or the new one, whenever the power is cut. @param mode the umask may take from it */
export async function replaceDurably(path: string, text: string | Uint8Array, mode = 0o600): Promise<void> {
  const next = `${path}.${process.pid}.new`;
  try {
    await rm(next, { force: true });
    const handle = await open(next, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, path);
  } catch (cause) {
    await rm(next, { force: true });
    throw cause;
  }
  await syncDirectory(dirname(path));
}

const hasCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === code;
