import { constants, realpathSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ExitCode } from '../core/exit-code.ts';
import { heldBy, type LockHolder } from '../core/lock.ts';
import { type ControllerLock, ensureDirectory, type LockPlace, takeLock } from '../journal/index.ts';
import { trustIn } from '../local/trust.ts';
import type { LockWish } from '../rollout/index.ts';
import { SYSTEM_STATE } from '../schedule/hardening.ts';
import type { LockFlags } from './options.ts';
import { stateDir } from './state-dir.ts';

/** Milliseconds between two tries. */
const PAUSE = 500;

/** What tells playbooks with an inventory from others, whatever else they are called with. */
export const playKey = (playbooks: readonly string[], inventory: readonly string[]): string =>
  `play ${JSON.stringify([playbooks, inventory].map((names) => names.map(real)))}`;

/** One run at a time for a playbook and an inventory, of all that this user calls on this machine. */
export const playLock = async (
  playbooks: readonly string[],
  flags: { readonly inventory: readonly string[]; readonly stateDir?: string },
): Promise<LockPlace> => ({ ...(await ownPlace(stateDir(flags))), name: playKey(playbooks, flags.inventory) });

/** Held by a run for as long as it is at work, and by whoever goes on with it or rolls it back. */
export const runLock = async (dir: string, run: string): Promise<LockPlace> => ({
  ...(await placeIn(dir)),
  name: `run ${run} in ${real(dir)}`,
});

/** For what is written in a state directory. */
export const placeIn = async (dir: string): Promise<Omit<LockPlace, 'name'>> => ({
  directory: join(dir, 'locks'),
  trust: await trustIn(dir),
});

/** The same for every call of this user, whatever its environment; where nothing can be written there, the state directory. */
async function ownPlace(dir: string): Promise<Omit<LockPlace, 'name'>> {
  const state = process.geteuid?.() === 0 ? SYSTEM_STATE : homeState();
  const directory = state && join(state, 'locks');
  try {
    if (directory === undefined) return await placeIn(dir);
    await ensureDirectory(directory);
    await access(directory, constants.W_OK);
    return { directory };
  } catch {
    return placeIn(dir);
  }
}

/** By the list of users: HOME is not the same in all calls. */
function homeState(): string | undefined {
  try {
    return join(userInfo().homedir, '.local', 'state', 'unwedge');
  } catch {
    return undefined; // An id that is not on the list.
  }
}

export const lockWish = (flags: LockFlags): LockWish => ({ owner: owner(), wait: flags.lockWait });

/** Does `work` while these locks are held. If another run holds one, it says so: nothing is done. */
export async function withLocks(
  places: readonly Promise<LockPlace>[],
  run: string,
  flags: LockFlags,
  work: () => Promise<ExitCode>,
  onSkip: (other: LockHolder) => void = () => {},
): Promise<ExitCode> {
  const locks = await takeLocks(places, run, flags, (other) => console.error(`waiting for ${heldBy(other)}`));
  if ('heldBy' in locks) {
    onSkip(locks.heldBy);
    return refused(locks);
  }
  try {
    return await work();
  } finally {
    locks.release();
  }
}

/** Who holds a lock, and what it is for, in words. */
export interface Taken {
  readonly heldBy: LockHolder;
  readonly what: string;
}

const whatIs = ({ name }: LockPlace): string =>
  name.startsWith('run ') ? name.replace(/ in .*/s, '') : 'this playbook with this inventory';

/** All of them, or who holds one. */
export async function takeLocks(
  places: readonly Promise<LockPlace>[],
  run: string,
  flags: LockFlags,
  onWait: (other: LockHolder) => void,
): Promise<ControllerLock | Taken> {
  const holder = { run, owner: owner(), since: new Date().toISOString() };
  const held: ControllerLock[] = [];
  const release = (): void => {
    for (const lock of held) lock.release();
  };
  try {
    for (const place of await Promise.all(places)) {
      const lock = await patiently(place, holder, flags.lockWait, onWait);
      if ('heldBy' in lock) {
        release();
        return { ...lock, what: whatIs(place) };
      }
      held.push(lock);
    }
    return { release };
  } catch (error) {
    release();
    throw error;
  }
}

async function patiently(
  place: LockPlace,
  holder: LockHolder,
  seconds: number,
  onWait: (other: LockHolder) => void,
): ReturnType<typeof takeLock> {
  const end = performance.now() + seconds * 1000;
  for (let told = false; ; told = true) {
    const lock = await takeLock(place, holder, wait);
    if (!('heldBy' in lock) || performance.now() >= end) return lock;
    if (!told) onWait(lock.heldBy);
    await wait(PAUSE);
  }
}

function refused({ heldBy: other, what }: Taken): ExitCode {
  console.error(
    `error: another run is at work with ${what}: ${heldBy(other)}\n  no host was touched; wait for it: --lock-wait 10m`,
  );
  return ExitCode.locked;
}

/** A path's own name; a list of hosts or a path that leads nowhere stays as it is. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path.includes(',') ? path : resolve(path);
  }
}

/** `user@controller`. */
function owner(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `uid ${process.getuid?.()}@${hostname()}`; // an id that has no name here
  }
}
