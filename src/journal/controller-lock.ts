import { createHash, randomBytes } from 'node:crypto';
import { constants, readFileSync, rmSync } from 'node:fs';
import { chmod, type FileHandle, open, readdir, rename } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { causeText } from '../core/cause-text.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import { type LockHolder, lockRecord, parseLockRecord } from '../core/lock.ts';
import { mustBeTrusted, type Trust } from '../local/trust.ts';
import { ensureDirectoryFor } from './state-directory.ts';

/** A lock of this machine that is held until it is released, or until this process ends in whatever way. */
export interface ControllerLock {
  release(): void;
}

/** What a lock is of, and the directory in which all who may hold it look. */
export interface LockPlace {
  readonly directory: string;
  readonly name: string;
  /** Whose the directory may be. */
  readonly trust?: Trust;
}

/** Steps back of two that came at the same time; after these, one that is there counts as the holder. */
const ROUNDS = 50;
/** Milliseconds for another process to say who it is: it may be stopped (SIGSTOP). */
const ANSWER = 2000;
const UNKNOWN = parseLockRecord('');

/**
 * Takes a lock, or says who holds it. Each process that wants it listens on a socket file of its own, in a directory that
 * nobody else can write to, and then looks for others of the same lock: it has the lock only if nobody else listens. Of
 * two, the later one was there before it looked, so both can't be alone. The kernel ends a socket with its process, and a
 * name is never used twice: one that nobody listens on is removed by whoever sees it. (A lock file with flock(1) needs a
 * program that slim controllers lack; node has no lock of files.)
 * @param wait milliseconds @throws InputError where the directory can't be used
 */
export async function takeLock(
  place: LockPlace,
  holder: LockHolder,
  wait: (ms: number) => Promise<unknown>,
): Promise<ControllerLock | { heldBy: LockHolder }> {
  for (let round = 0; ; round++) {
    const own = await enter(place, holder);
    const others = await othersAt(place, own.file).catch((cause: unknown) => {
      own.leave();
      throw cause;
    });
    if (others.length === 0) {
      own.state = 'holds';
      return { release: own.leave };
    }
    own.leave();
    const heldBy = others.find(({ state }) => state === 'holds') ?? (round < ROUNDS ? undefined : others[0]);
    if (heldBy !== undefined) return { heldBy: heldBy.holder };
    await wait(randomBytes(1).readUInt8() / 2);
  }
}

/** Who holds the lock; undefined: nobody. @throws InputError where its directory can't be used */
export async function lockHolder(place: LockPlace): Promise<LockHolder | undefined> {
  const others = await othersAt(place, undefined);
  return (others.find(({ state }) => state === 'holds') ?? others[0])?.holder;
}

type State = 'wants' | 'holds';

interface Own {
  readonly file: string;
  state: State;
  readonly leave: () => void;
}

async function enter(place: LockPlace, holder: LockHolder): Promise<Own> {
  const file = `${prefixOf(place)}${machine()}.${randomBytes(6).toString('hex')}`;
  const path = join(place.directory, file);
  const server = createServer((socket) =>
    // Who asks may be gone before it is answered.
    socket.on('error', () => {}).end(`${own.state}\t${lockRecord(holder)}\n`),
  ).unref();
  const own: Own = {
    file,
    state: 'wants',
    leave: () => {
      remove(path);
      server.close();
    },
  };
  try {
    await ensureDirectoryFor(place.directory, place.trust ?? {});
    await inDirectory(place, async (at) => {
      // Between bind and listen a socket refuses: it has no name yet by which others would look at it.
      await listening(server, at(`.${file}`));
      if (place.trust?.group !== undefined) await chmod(at(`.${file}`), 0o660);
      await rename(at(`.${file}`), at(file));
    });
    return own;
  } catch (cause) {
    server.close();
    throw unusable(place, cause);
  }
}

interface Other {
  readonly state: State;
  readonly holder: LockHolder;
}

async function othersAt(place: LockPlace, own: string | undefined): Promise<readonly Other[]> {
  try {
    return await inDirectory(place, async (at) => {
      const files = (await readdir(at(''))).filter((file) => file.startsWith(prefixOf(place)) && file !== own);
      const others = await Promise.all(files.map((file) => whoListens(at(file), isOurs(file))));
      return others.filter((other) => other !== undefined);
    });
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return [];
    throw unusable(place, cause);
  }
}

const prefixOf = ({ name }: LockPlace): string => `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.`;

/** A home or state directory on the network has sockets of other machines, too: from here, they refuse, and are left there. */
const isOurs = (file: string): boolean => file.split('.')[1] === machine();

let known: string | undefined;
/** By the boot. A service's own /proc may show another one than its container does: then what refuses stays, and no more. */
function machine(): string {
  if (known !== undefined) return known;
  let boot: string;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    boot = hostname(); // Not Linux.
  }
  known = createHash('sha256').update(boot).digest('hex').slice(0, 16);
  return known;
}

/** Names in the directory that was looked at, however long its own name is: a socket's address has 108 bytes. */
async function inDirectory<T>(place: LockPlace, work: (at: (file: string) => string) => Promise<T>): Promise<T> {
  const directory: FileHandle = await open(place.directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    mustBeTrusted(place.directory, await directory.stat(), place.trust);
    const base = process.platform === 'linux' ? `/proc/self/fd/${directory.fd}` : place.directory;
    return await work((file) => `${base}/${file}`);
  } finally {
    await directory.close();
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** Undefined: nobody listens there any more. */
function whoListens(path: string, isOurs: boolean): Promise<Other | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(path).setEncoding('utf8').setTimeout(ANSWER);
    socket.on('data', (text: string) => {
      said += text;
    });
    socket.once('timeout', () => socket.destroy());
    socket.once('error', (error) => {
      if (hasCode(error, 'ECONNREFUSED') && isOurs) remove(path);
      if (hasCode(error, 'ECONNREFUSED') || hasCode(error, 'ENOENT')) resolve(undefined);
    });
    // Anything else that went wrong (many ask at once) is no proof that nobody is there.
    socket.once('close', () => resolve(otherIn(said)));
  });
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Who only looks may not be allowed to: it is as dead for the next one.
  }
}

function otherIn(said: string): Other {
  const [, state, record = ''] = /^(wants|holds)\t(.*)$/s.exec(said) ?? [];
  return state === 'wants'
    ? { state, holder: parseLockRecord(record) }
    : { state: 'holds', holder: record === '' ? UNKNOWN : parseLockRecord(record) };
}

function unusable({ directory }: LockPlace, cause: unknown): unknown {
  if (cause instanceof InputError) return cause;
  return inputError(
    `no lock can be kept in ${directory}: ${causeText(cause)}`,
    'choose another directory with --state-dir',
  );
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
