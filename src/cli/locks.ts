import { realpathSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ExitCode } from '../core/exit-code.ts';
import { heldBy, type LockHolder } from '../core/lock.ts';
import { type ControllerLock, takeLock } from '../journal/index.ts';
import type { LockWish } from '../runner/index.ts';
import type { LockFlags } from './flags.ts';

/** Milliseconds between two tries. */
const PAUSE = 500;

/** One run at a time for a playbook and an inventory, whatever else it was called with. */
export const playLock = (playbooks: readonly string[], inventory: readonly string[]): string =>
  `play ${JSON.stringify([playbooks, inventory].map((names) => names.map(real)))}`;

/** Held by a run for as long as it is at work, and by whoever goes on with it or takes it back. */
export const runLock = (stateDir: string, run: string): string => `run ${run} in ${real(stateDir)}`;

export const lockWish = (flags: LockFlags): LockWish => ({ owner: owner(), wait: flags.lockWait });

/** Does `work` while this machine's locks of these names are held. Where another run holds one, it says so: nothing is done. */
export async function withLocks(
  names: readonly string[],
  run: string,
  flags: LockFlags,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const locks = await takeLocks(names, run, flags, (other) => console.error(`waiting for ${heldBy(other)}`));
  if ('heldBy' in locks) return refused(locks.heldBy);
  try {
    return await work();
  } finally {
    locks.release();
  }
}

/** All of them, or who holds one. */
export async function takeLocks(
  names: readonly string[],
  run: string,
  flags: LockFlags,
  onWait: (other: LockHolder) => void,
): Promise<ControllerLock | { readonly heldBy: LockHolder }> {
  const holder = { run, owner: owner(), since: new Date().toISOString() };
  const held: ControllerLock[] = [];
  const release = (): void => {
    for (const lock of held) lock.release();
  };
  try {
    for (const name of names) {
      const lock = await patiently(name, holder, flags.lockWait, onWait);
      if ('heldBy' in lock) {
        release();
        return lock;
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
  name: string,
  holder: LockHolder,
  seconds: number,
  onWait: (other: LockHolder) => void,
): ReturnType<typeof takeLock> {
  const end = performance.now() + seconds * 1000;
  for (let told = false; ; told = true) {
    const lock = await takeLock(name, holder);
    if (!('heldBy' in lock) || performance.now() >= end) return lock;
    if (!told) onWait(lock.heldBy);
    await wait(PAUSE);
  }
}

function refused(other: LockHolder): ExitCode {
  console.error(
    `error: another run is at work with this: ${heldBy(other)}\n  no host was touched; wait for it: --lock-wait 10m`,
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
