import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** As mkdir -p with 0700, but with the cause where it fails: node's own recursive mkdir says ENOENT on a read-only file system. */
export async function ensureDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return;
    if (!hasCode(cause, 'ENOENT') || dirname(path) === path) throw cause;
    await ensureDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
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

/** Resolves once the text stands at the file's end and survives a power cut. The file is 0600. */
export async function appendDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'a', 0o600);
  try {
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
