import { createHash } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LockHolder, lockRecord, parseLockRecord } from '../core/lock.ts';

/** A lock of this machine that is held until it is released, or until this process ends in whatever way. */
export interface ControllerLock {
  release(): void;
}

/** Milliseconds for a holder to say who it is: it may be stopped (SIGSTOP). */
const ANSWER = 2000;
const UNKNOWN = parseLockRecord('');

/** Takes the lock of that name, or tells who holds it. @throws Error where this machine gives no sockets */
export async function takeLock(name: string, holder: LockHolder): Promise<ControllerLock | { heldBy: LockHolder }> {
  const address = addressOf(name);
  const server = await listening(address, lockRecord(holder));
  if (server !== undefined) return { release: () => server.close() };
  const heldBy = await whoListens(address);
  if (heldBy !== undefined) return { heldBy };
  // Its holder has gone between the two looks, or has left a file that nobody listens to.
  if (!address.startsWith('\0')) await unlink(address);
  return takeLock(name, holder);
}

/** Who holds the lock of that name; undefined: nobody. */
export const lockHolder = (name: string): Promise<LockHolder | undefined> => whoListens(addressOf(name));

/** Linux has sockets without a file, which end with their process. */
function addressOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return process.platform === 'linux' ? `\0unwedge/${hash}` : join(tmpdir(), `unwedge-${hash}.sock`);
}

/** Undefined where another one listens there. */
function listening(address: string, record: string): Promise<Server | undefined> {
  // Whoever asks may be gone before it is told.
  const server = createServer((socket) => socket.on('error', () => {}).end(`${record}\n`)).unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (hasCode(error, 'EADDRINUSE') ? resolve(undefined) : reject(error)));
    server.listen(address, () => resolve(server));
  });
}

function whoListens(address: string): Promise<LockHolder | undefined> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(address).setEncoding('utf8').setTimeout(ANSWER);
    socket.on('data', (text: string) => {
      said += text;
    });
    socket.once('timeout', () => socket.destroy());
    socket.once('error', (error) =>
      hasCode(error, 'ECONNREFUSED') || hasCode(error, 'ENOENT') ? resolve(undefined) : reject(error),
    );
    socket.once('close', () => resolve(said === '' ? UNKNOWN : parseLockRecord(said)));
  });
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
