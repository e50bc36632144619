import { chmod, mkdir } from 'node:fs/promises';
import { type Trust, trustIn } from '../local/trust.ts';
import { ensureDirectory } from './durable-file.ts';

/**
 * Makes a directory below a state directory, and that: for its owner only, or for the group that it is shared with.
 * @returns whose files count there @throws InputError where somebody else can write to the state directory
 */
export async function ensureStateDirectory(stateDir: string, path: string): Promise<Trust> {
  await trustIn(stateDir);
  await ensureDirectory(stateDir);
  const trust = await trustIn(stateDir);
  await ensureDirectoryFor(path, trust);
  return trust;
}

export const ensureDirectoryFor = (path: string, trust: Trust): Promise<void> =>
  trust.group === undefined ? ensureDirectory(path) : mkdir(path).then(() => openToGroup(path, trust), ignoreExisting);

/** Makes a directory that nobody has. */
export async function makeStateDirectory(path: string, trust: Trust): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  await openToGroup(path, trust);
}

/** mkdir's mode is cut by the umask, and has no bit that hands the group on. */
const openToGroup = async (path: string, { group }: Trust): Promise<void> =>
  group === undefined ? undefined : chmod(path, 0o2770);

export const fileMode = ({ group }: Trust): number => (group === undefined ? 0o600 : 0o660);

function ignoreExisting(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'EEXIST') throw cause;
}
