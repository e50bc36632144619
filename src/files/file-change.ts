import { applied } from '../core/applied.ts';
import type { Change } from '../core/change.ts';
import { applyScript, probeScript, undoScript } from '../core/host-script.ts';
import type { Session } from '../core/session.ts';
import type { Planned, UndoCall } from '../core/step-type.ts';
import { bytesOf, type FileState, type SeenFile } from './file.ts';

/** A file that is to be written whole. Its undo restores bytes, mode and owner, or that it was not there. */
export interface FileChange extends Change {
  readonly data: {
    readonly path: string;
    /** Mode, uid, gid and base64; or `absent`. */
    readonly before: readonly string[];
    readonly after: readonly string[];
    readonly directory: 'kept' | 'made';
    /** What undo restores, where that must not be `before`. */
    readonly undoTo?: readonly string[];
  };
}

const apply = applyScript('files/apply.sh');
const undo = undoScript('files/undo.sh');
const look = probeScript('files/probe-undo.sh');

/** The name by which steps tell each other what file they would change. */
export const fileResource = (path: string): string => `file ${path}`;

export const isFileChange = (change: Change): change is FileChange => change.resource.startsWith('file ');

/** The file as earlier steps of a dry run would leave it. */
export function withPending(seen: SeenFile, pending: readonly Change[]): SeenFile {
  const last = pending.filter(isFileChange).findLast(({ resource }) => resource === fileResource(seen.path));
  if (!last) return seen;
  const [mode = '', uid = '', gid = '', base64 = ''] = last.data.after;
  return { ...seen, state: { mode, uid, gid, base64 }, directoryExists: true };
}

/** Writing this text there; undefined: its bytes are there already. A file that is there keeps its mode and owner. */
export function fileChange(seen: SeenFile, text: string): FileChange | undefined {
  const { path, state } = seen;
  const base64 = Buffer.from(text, 'utf8').toString('base64');
  if (state?.base64 === base64) return undefined;
  const next: FileState = { ...(state ?? { mode: '644', uid: '0', gid: '0' }), base64 };
  return {
    resource: fileResource(path),
    summary: `${state ? 'change' : 'write'} ${path}`,
    before: state ? { ...state } : null,
    after: { ...next },
    risk: 'none',
    diff: { path, before: bytesOf(seen).toString('utf8'), after: text },
    data: { path, before: words(state), after: words(next), directory: seen.directoryExists ? 'kept' : 'made' },
  };
}

/** Why the file can't be written; undefined: nothing is known to be in the way. */
export function refusalToWrite({ path, odd, closed, todo }: SeenFile): Planned['refusal'] {
  if (odd !== undefined) {
    return { reason: `${path} is a ${odd}, not a plain file`, todo: 'look at it on the host and move it away' };
  }
  if (closed === undefined) return undefined;
  return {
    reason: `${path} could not be written: ${closed}`,
    todo: todo ?? 'make it writable on the host, then run again',
  };
}

/** @throws StepError: drifted where the file is no longer as planned. */
export async function writeFile(host: Session, change: FileChange): Promise<void> {
  applied(await host.run(apply, argv(change)), change, { safe: true });
}

/** Restores it, unless somebody has changed its bytes, mode or owner since. */
export const fileUndo = (change: FileChange): UndoCall => ({
  script: undo,
  args: argv({ ...change, data: { ...change.data, before: undoneTo(change) } }),
  summary: undoneTo(change)[0] === 'absent' ? `remove ${change.data.path}` : `restore ${change.data.path}`,
  look,
  diff: { path: change.data.path, before: textIn(change.data.after), after: textIn(undoneTo(change)) },
});

/** The same change, whose undo removes the file instead of restoring what was there. */
export const removedByUndo = (change: FileChange): FileChange => ({
  ...change,
  data: { ...change.data, undoTo: words(undefined) },
});

const undoneTo = ({ data }: FileChange) => data.undoTo ?? data.before;

const textIn = ([, , , base64 = '']: readonly string[]): string => Buffer.from(base64, 'base64').toString('utf8');

const argv = ({ data: { path, directory, after, before } }: FileChange): string[] => [
  path,
  directory,
  ...after,
  ...before,
];

const words = (state: FileState | undefined): string[] =>
  state ? [state.mode, state.uid, state.gid, state.base64] : ['absent', '', '', ''];
