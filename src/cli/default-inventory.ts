import { lstatSync, statSync } from 'node:fs';
import { InputError, inputError } from '../core/diagnostic.ts';

const FILE = 'inventory.yaml';

/**
 * The same flags; without `-i`, with $UNWEDGE_INVENTORY or else ./inventory.yaml for it, which is said on standard error first.
 * @throws InputError where others could have put the file there: an inventory names programs to run and how to reach hosts
 */
export function withInventory<F extends { readonly inventory: readonly string[] }>(flags: F): F {
  if (flags.inventory.length > 0) return flags;
  const named = process.env.UNWEDGE_INVENTORY;
  if (named !== undefined && named !== '') return told(flags, named, 'from UNWEDGE_INVENTORY');
  const problem = problemOf(FILE);
  if (problem === 'not there') return flags;
  if (problem !== undefined)
    throw new InputError(
      inputError(`./${FILE} is not used without -i: ${problem}`, `if it is yours, name it: -i ${FILE}`).diagnostics,
    );
  return told(flags, FILE, 'no -i given');
}

function told<F extends { readonly inventory: readonly string[] }>(flags: F, source: string, why: string): F {
  console.error(`inventory: ${source} (${why})`);
  return { ...flags, inventory: [source] };
}

function problemOf(path: string): string | undefined {
  try {
    lstatSync(path);
  } catch {
    return 'not there';
  }
  const about = [statSync('.'), statSync(path)];
  const me = process.getuid?.() ?? 0;
  const [folder, file] = about.map(({ uid, mode }) =>
    uid !== me && uid !== 0
      ? 'belongs to another user'
      : (mode & 0o002) !== 0
        ? 'can be written by any user'
        : undefined,
  );
  if (folder !== undefined) return `this folder ${folder}`;
  if (file !== undefined) return `it ${file}`;
  if (about[1]?.isFile() !== true) return 'it is not a regular file';
  return (about[1].mode & 0o111) === 0 ? undefined : 'it is a program';
}
