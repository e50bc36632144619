import { constants, openSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Socket } from 'node:net';

export interface ReadOptions {
  /** A longer file is refused. */
  readonly maxBytes?: number;
  /** Seconds: a disk of the network may never answer. */
  readonly deadline?: number;
  /** A symbolic link is refused. */
  readonly noLinks?: boolean;
  /** Looks at what was opened, not at what its name means a moment later. @throws Error with the reason to refuse it */
  readonly check?: (stat: Stats) => void;
}

const MAX_BYTES = 64 * 1024 * 1024;
const DEADLINE = 60;
const OWN_DESCRIPTOR = /^\/(dev\/stdin|(dev|proc\/self)\/fd\/\d+)$/;

let hasHung = false;
/** True once a read was given up: the system call still blocks, and this process cannot exit in the usual way. */
export const readHangs = (): boolean => hasHung;

/**
 * Reads a regular file of this machine, or a pipe that the caller has handed over (`<(…)`, /dev/stdin). A named pipe or a
 * device might never end.
 * @throws Error for anything else, with its `code` if it has one
 */
export async function readLocal(path: string, options: ReadOptions = {}): Promise<Buffer> {
  const { deadline = DEADLINE } = options;
  const signal = AbortSignal.timeout(deadline * 1000);
  return new Promise((resolve, reject) => {
    const late = (): void => {
      hasHung = true;
      reject(new Error(`no answer within ${deadline} s`));
    };
    signal.addEventListener('abort', late);
    read(path, options, signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', late));
  });
}

async function read(
  path: string,
  { maxBytes = MAX_BYTES, noLinks = false, check }: ReadOptions,
  signal: AbortSignal,
): Promise<Buffer> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants;
  // Without O_NONBLOCK a named pipe would be waited for before it can be looked at.
  const flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
  const handle = await open(path, noLinks ? flags | O_NOFOLLOW : flags).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ELOOP' && noLinks ? new Error('it is a symbolic link') : cause;
  });
  try {
    const stat = await handle.stat();
    const isPipe = stat.isFIFO() && OWN_DESCRIPTOR.test(path);
    if (!stat.isFile() && !isPipe) throw new Error(kindOf(stat));
    if (!isPipe) check?.(stat);
    if (stat.size > maxBytes) throw new Error(`it has ${stat.size} bytes; at most ${maxBytes} are read`);
    return await (isPipe ? readPipe(openSync(path, flags), maxBytes, signal) : readWhole(handle, maxBytes));
  } finally {
    await handle.close();
  }
}

const kindOf = (stat: Stats): string =>
  stat.isDirectory()
    ? 'it is a directory'
    : stat.isFIFO()
      ? 'it is a named pipe, not a regular file'
      : 'it is not a regular file';

async function readWhole(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const bytes = await handle.readFile();
  if (bytes.length > maxBytes) throw new Error(`it has ${bytes.length} bytes; at most ${maxBytes} are read`);
  return bytes;
}

function readPipe(fd: number, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const pipe = new Socket({ fd, readable: true, writable: false, signal });
    pipe.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) pipe.destroy(new Error(`it has more than ${maxBytes} bytes`));
    });
    pipe.once('error', reject);
    pipe.once('end', () => resolve(Buffer.concat(chunks)));
  });
}
