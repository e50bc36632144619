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
  const holder = { run, owner: owner(), since: new Date().toISOString() };
  const held: ControllerLock[] = [];
  try {
    for (const name of names) {
      const lock = await patiently(name, holder, flags.lockWait);
      if ('heldBy' in lock) return refused(lock.heldBy);
      held.push(lock);
    }
    return await work();
  } finally {
    for (const lock of held) lock.release();
  }
}

async function patiently(name: string, holder: LockHolder, seconds: number): ReturnType<typeof takeLock> {
  const end = performance.now() + seconds * 1000;
  for (let told = false; ; told = true) {
    const lock = await takeLock(name, holder);
    if (!('heldBy' in lock) || performance.now() >= end) return lock;
    if (!told) console.error(`waiting for ${heldBy(lock.heldBy)}`);
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
