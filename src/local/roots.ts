import { realpathSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';

/** Why a file is not read or shown; undefined: it may be. */
export type Confine = (path: string) => string | undefined;

/**
 * The files below the folder that the command is called in, and below the folders of the files that it names, wherever links
 * and `..` lead; not `.git`, which holds the credentials of many a CI.
 */
export function rootsOf(named: readonly string[]): Confine {
  // A link that is named itself is no way out: its folder counts, not what it leads to.
  const folders = [process.cwd(), ...named.map((path) => dirname(resolve(path)))]
    .map(real)
    .filter((path) => path !== sep);
  const roots = [...new Set(folders)];
  return (path) => {
    const target = real(resolve(path));
    const isInside = roots.some((root) => target === root || target.startsWith(root + sep));
    if (!isInside) return `it is outside of ${roots.join(', ') || 'every folder that is named'}`;
    return target.split(sep).includes('.git') ? 'it belongs to git, not to the project' : undefined;
  };
}

/** Of a path that is not there, what its folder is. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : resolve(real(above), path.slice(above.length).replace(/^\/+/, ''));
  }
}
