import { complete } from '../core/complete.ts';
import { probeScript } from '../core/host-script.ts';
import { records } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { StepError } from '../core/step-type.ts';

/** A plain file: what undo restores. */
export interface FileState {
  /** Octal, e.g. `644`. */
  readonly mode: string;
  readonly uid: string;
  readonly gid: string;
  readonly base64: string;
}

/** What a look at a path has found. */
export interface SeenFile {
  readonly path: string;
  /** undefined: no plain file is there. */
  readonly state: FileState | undefined;
  /** What is there instead, e.g. `symbolic link`. */
  readonly odd: string | undefined;
  readonly directoryExists: boolean;
  /** Why it could not be replaced, e.g. `/etc/x is immutable …`. */
  readonly closed: string | undefined;
  /** What to do about that; undefined: make it writable. */
  readonly todo?: string;
}

const probe = probeScript('files/probe.sh');

/** @throws StepError where it can't be read. */
export async function lookAtFile(host: ReadOnlySession, path: string): Promise<SeenFile> {
  const look = await host.probe(probe, [path]);
  return parseFile(path, complete(look, `${path} could not be read`, 'run as root, or with -b'));
}

/** What probe.sh prints. */
export function parseFile(path: string, stdout: string): SeenFile {
  const [[kind, ...fields] = [], ...more] = records(stdout);
  if (kind !== 'absent' && kind !== 'file' && kind !== 'odd') {
    throw new StepError(`the look at ${path} came back incomplete`);
  }
  const [mode = '', uid = '', gid = '', base64 = ''] = fields;
  const [, closed, todo] = more.find(([word]) => word === 'closed') ?? [];
  return {
    path,
    state: kind === 'file' ? { mode, uid, gid, base64 } : undefined,
    odd: kind === 'odd' ? mode : undefined,
    directoryExists: more.some(([word]) => word === 'directory'),
    closed,
    ...(todo === undefined ? {} : { todo }),
  };
}

/** Its bytes; none where no file is there. */
export const bytesOf = (file: SeenFile): Buffer => Buffer.from(file.state?.base64 ?? '', 'base64');
