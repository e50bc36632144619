import { ArchiveError, unpack } from './archive.ts';
import {
  type BundleFile,
  beginningOf,
  linkOf,
  MANIFEST,
  type Manifest,
  type ManifestEntry,
  parseManifest,
  sha256Of,
} from './manifest.ts';

/** What became of a bundle since it was made. */
export interface Verdict {
  /** As it names them itself; undefined: it can't even be looked into. */
  readonly manifest: Manifest | undefined;
  /** What is wrong, a line each; none: it is as it was made. */
  readonly problems: readonly string[];
}

/** Looks into a bundle, in memory only. `head`: what its chain must end with, as it was noted elsewhere. */
export async function verify(bytes: Uint8Array, head?: string): Promise<Verdict> {
  try {
    const [first, ...files] = await unpack(bytes);
    if (first?.name !== MANIFEST) return { manifest: undefined, problems: [`it does not begin with ${MANIFEST}`] };
    const manifest = parseManifest(new TextDecoder().decode(first.bytes));
    if (typeof manifest === 'string') return { manifest: undefined, problems: [`${MANIFEST}: ${manifest}`] };
    return {
      manifest,
      problems: [...fileProblems(manifest, files), ...chainProblems(manifest), ...other(manifest, head)],
    };
  } catch (error) {
    if (error instanceof ArchiveError) return { manifest: undefined, problems: [error.message] };
    throw error;
  }
}

function fileProblems({ entries }: Manifest, files: readonly BundleFile[]): string[] {
  const wanted = new Map(entries.map((entry) => [entry.name, entry]));
  const found = new Map(files.map((file) => [file.name, file]));
  const missing = entries.filter(({ name }) => !found.has(name)).map(({ name }) => `${name} is missing`);
  const twice = files.filter((file) => found.get(file.name) !== file).map(({ name }) => `${name} is there twice`);
  const extra = [...found.keys()]
    .filter((name) => !wanted.has(name))
    .map((name) => `${name} was added: the manifest does not name it`);
  const changed = [...found.values()].flatMap((file) => changeOf(file, wanted.get(file.name)));
  const problems = [...missing, ...twice, ...extra, ...changed];
  const isInOrder = entries.every(({ name }, i) => files[i]?.name === name);
  return problems.length > 0 || isInOrder ? problems : ['its files are in another order'];
}

function changeOf({ name, bytes }: BundleFile, entry: ManifestEntry | undefined): string[] {
  if (entry === undefined) return [];
  if (bytes.length !== entry.size) return [`${name} was changed: it has ${bytes.length} bytes, not ${entry.size}`];
  const now = sha256Of(bytes);
  return now === entry.sha256 ? [] : [`${name} was changed: its SHA-256 is ${now}, not ${entry.sha256}`];
}

/** The first broken link: what follows it hangs on it. */
function chainProblems({ run, entries, head }: Manifest): string[] {
  let previous = beginningOf(run);
  for (const entry of entries) {
    if (entry.previous !== previous)
      return [`the chain is broken before ${entry.name}: something there was taken out, added or moved`];
    if (entry.chain !== linkOf(entry)) return [`the chain is broken at ${entry.name}: its entry was changed`];
    previous = entry.chain;
  }
  return head === previous ? [] : ['the chain does not end in its head: entries at its end were taken out or added'];
}

const other = ({ head }: Manifest, noted: string | undefined): string[] =>
  noted === undefined || noted === head
    ? []
    : [`its head is ${head}, not ${noted}: it is another bundle, or was made anew`];
