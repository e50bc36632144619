import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar';
import { causeText } from '../core/cause-text.ts';
import type { BundleFile } from './manifest.ts';

/** Why a file is no bundle that can be looked into. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** Bytes that a bundle may unpack to: nothing of a hostile one is held beyond that. */
const LARGEST = 512 * 1024 * 1024;
const BLOCK = 512;
/** Two empty blocks end an archive. */
const END = 2 * BLOCK;
const EPOCH = new Date(0);

/** The same files give the same bytes. */
export async function pack(files: readonly BundleFile[]): Promise<Uint8Array> {
  const entries = files.map(({ name, bytes }) => ({
    header: { name, size: bytes.length, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: EPOCH } as const,
    body: bytes,
  }));
  return gzipSync(await packTar(entries), { level: 9 });
}

/** The files of a bundle, in memory only. @throws ArchiveError, also where it holds what is no plain file or lies outside */
export async function unpack(bytes: Uint8Array): Promise<readonly BundleFile[]> {
  const tar = unzipped(bytes);
  const entries = await unpackTar(tar, { strict: true }).catch((cause: unknown) => {
    throw new ArchiveError(`its archive is damaged: ${causeText(cause)}`, { cause });
  });
  const files = entries.map(({ header: { name, type = 'file' }, data }): BundleFile => {
    if (type !== 'file') throw new ArchiveError(`it holds ${name}, which is a ${type}: a bundle has plain files only`);
    if (!isInside(name)) throw new ArchiveError(`it holds a file by the name ${name}, which no bundle has`);
    return { name, bytes: data ?? new Uint8Array() };
  });
  const expected = files.reduce((sum, file) => sum + BLOCK + Math.ceil(file.bytes.length / BLOCK) * BLOCK, END);
  if (tar.length < expected) throw new ArchiveError('its archive ends too early: it was cut off');
  if (tar.length > expected) throw new ArchiveError('its archive holds bytes that are in none of its files');
  return files;
}

function unzipped(bytes: Uint8Array): Buffer {
  try {
    const tar = gunzipSync(bytes, { maxOutputLength: LARGEST });
    // The last word of a gzip file is the length of what is in it (RFC 1952).
    const told = bytes.length < 4 ? 0 : Buffer.from(bytes).readUInt32LE(bytes.length - 4);
    if (told !== tar.length) throw new ArchiveError('something was added behind its end');
    return tar;
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause;
    throw new ArchiveError(whyNotUnzipped(cause), { cause });
  }
}

function whyNotUnzipped(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ERR_BUFFER_TOO_LARGE') return `it unpacks to more than ${LARGEST} bytes: no bundle does`;
  if (code === 'Z_BUF_ERROR') return 'it ends too early: it was cut off, or something was added behind its end';
  return `it is not what gzip has made, or was changed since: ${causeText(cause)}`;
}

const isInside = (name: string): boolean => name.length <= 200 && /^[\w@+-][\w.@+-]*(\/[\w@+-][\w.@+-]*)*$/.test(name);
