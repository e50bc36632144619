import { createHash } from 'node:crypto';
import type { JsonObject } from '../core/json.ts';

/** One file of a bundle. Its name is a path below the bundle's own folder. */
export interface BundleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file as the manifest has it. `chain` is the hash of this entry and, by `previous`, of all before it. */
export interface ManifestEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly previous: string;
  readonly chain: string;
}

/** What a bundle says of itself: the first of its files. */
export interface Manifest {
  readonly version: 1;
  readonly kind: typeof KIND;
  readonly run: string;
  /** In the order in which they are in the bundle. */
  readonly entries: readonly ManifestEntry[];
  /** The chain's last link: it stands for the whole bundle. */
  readonly head: string;
}

export const MANIFEST = 'manifest.json';
const KIND = 'unwedge evidence';

export const sha256Of = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** The chain's beginning: what stands before the first entry. */
export const beginningOf = (run: string): string => sha256Of(JSON.stringify([KIND, 1, run]));

/** The chain's next link. */
export const linkOf = ({ previous, name, size, sha256 }: Omit<ManifestEntry, 'chain'>): string =>
  sha256Of(JSON.stringify([previous, name, size, sha256]));

export function manifestOf(run: string, files: readonly BundleFile[]): Manifest {
  let previous = beginningOf(run);
  const entries = files.map(({ name, bytes }): ManifestEntry => {
    const entry = { name, size: bytes.length, sha256: sha256Of(bytes), previous };
    previous = linkOf(entry);
    return { ...entry, chain: previous };
  });
  return { version: 1, kind: KIND, run, entries, head: previous };
}

export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, undefined, 2)}\n`;

/** A text that says it is a manifest, or why it is none. Total. */
export function parseManifest(text: string): Manifest | string {
  const value = jsonOf(text);
  if (!isObject(value) || value.kind !== KIND) return 'it is no manifest of evidence';
  if (value.version !== 1) return `it is of version ${String(value.version)}; this unwedge reads version 1`;
  const { run, head, entries } = value;
  if (typeof run !== 'string' || !isHash(head) || !Array.isArray(entries) || !entries.every(isEntry))
    return 'it has not the form of a manifest';
  // All of its fields were looked at.
  return { version: 1, kind: KIND, run, head, entries: entries as unknown as readonly ManifestEntry[] };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const isEntry = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.name === 'string' &&
  Number.isSafeInteger(value.size) &&
  [value.sha256, value.previous, value.chain].every(isHash);
