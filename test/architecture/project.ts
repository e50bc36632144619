import { readdirSync, readFileSync } from 'node:fs';
import { stepTypes } from '../../src/steps/index.ts';
import { packageRoot } from '../unwedge.ts';

export { packageRoot };

/** What the laws look at. */
export interface Project {
  /** Path from the package's root → text: all of src/ and test/steps/. */
  readonly files: ReadonlyMap<string, string>;
  /** The names in package.json's `dependencies`. */
  readonly dependencies: readonly string[];
  /** The registry of step types. */
  readonly steps: readonly { readonly name: string; readonly undo: { readonly kind: string } }[];
}

/** This project, as it lies on the disk. */
export function readProject(): Project {
  const paths = ['src', 'test/steps'].flatMap((folder) =>
    readdirSync(packageRoot + folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(packageRoot.length)),
  );
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(`${packageRoot}package.json`, 'utf8'),
  );
  return {
    files: new Map(paths.sort().map((path) => [path, readFileSync(packageRoot + path, 'utf8')])),
    dependencies: Object.keys(manifest.dependencies),
    steps: stepTypes,
  };
}

/** The files of src/ whose names end so. */
export const sources = ({ files }: Project, ending: '.ts' | '.sh'): [path: string, text: string][] =>
  [...files].filter(([path]) => path.startsWith('src/') && path.endsWith(ending));

/** `src/steps/umount/step.ts` → `steps`; `src/index.ts` → ``. */
export const folderOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? '';

/** `src/steps/umount/step.ts` → `umount`; '' outside a step's folder. */
export const stepOf = (path: string): string => /^src\/steps\/([^/]+)\//.exec(path)?.[1] ?? '';

/** The names of the step folders. */
export const stepFolders = ({ files }: Project): string[] =>
  [...new Set([...files.keys()].map(stepOf))].filter(Boolean);
