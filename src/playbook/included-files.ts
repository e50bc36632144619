import { createHash, type Hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Confine } from '../local/roots.ts';

/** Files of steps take in others; no playbook needs more. */
const MOST = 500;

export interface OpenedFile {
  /** As people know it: from where they named the playbook. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** For what it includes itself. */
  readonly files: IncludedFiles;
}

/** The files that stand open while one is read, from the playbook down, and how many were read in all. */
export class IncludedFiles {
  readonly #chain: readonly string[];
  readonly #count: { files: number; readonly hash: Hash };
  readonly #confine: Confine | undefined;

  constructor(chain: readonly string[], confine?: Confine, count = { files: 0, hash: createHash('sha256') }) {
    this.#chain = chain;
    this.#confine = confine;
    this.#count = count;
  }

  /** A text that counts for `sha256`: the playbook's own, then those of the files as they are read. */
  add(bytes: Uint8Array): void {
    this.#count.hash.update(`${bytes.length} `).update(bytes);
  }

  /** Of all texts so far. */
  get sha256(): string {
    return this.#count.hash.copy().digest('hex');
  }

  /** Reads a file that the innermost one names. */
  open(written: string): OpenedFile | { readonly problem: string; readonly todo: string } {
    const [parent = ''] = this.#chain.slice(-1);
    const name = isAbsolute(written) ? written : join(dirname(parent), written);
    const known = this.#chain.findIndex((file) => resolve(file) === resolve(name));
    if (known >= 0) {
      const circle = [...this.#chain.slice(known), name].join(' → ');
      return { problem: `this file includes itself: ${circle}`, todo: 'take one of these includes out' };
    }
    if (++this.#count.files > MOST)
      return { problem: `more than ${MOST} files are included`, todo: 'use loop for what is done many times' };
    const read = readRegular(name, this.#confine);
    if ('problem' in read)
      return {
        problem: `can't read ${name}: ${read.problem}`,
        todo: `a file is looked for beside the one that includes it`,
      };
    this.add(read.bytes);
    return { name, bytes: read.bytes, files: new IncludedFiles([...this.#chain, name], this.#confine, this.#count) };
  }
}

/** Of any text that a person wrote. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A device or a pipe might never end. */
export function readRegular(
  path: string,
  confine?: Confine,
): { readonly bytes: Uint8Array } | { readonly problem: string } {
  const outside = confine?.(path);
  if (outside !== undefined) return { problem: outside };
  try {
    const about = statSync(path);
    if (!about.isFile()) return { problem: about.isDirectory() ? 'it is a directory' : 'it is no regular file' };
    if (about.size > MOST_BYTES) return { problem: `it has ${about.size} bytes` };
    return { bytes: readFileSync(path) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { problem: { ENOENT: 'no such file', EACCES: 'permission denied' }[code] ?? String(error) };
  }
}
