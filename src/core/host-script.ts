import { fileURLToPath } from 'node:url';

/** What a script may do: a probe only looks; apply changes; undo takes a change back. */
export type ScriptKind = 'probe' | 'apply' | 'undo';

/**
 * A host script by reference. The transport reads its text from disk and sends it once per session.
 * `path` is relative to the package's `src/` (the same tree ships in the package), or absolute.
 */
export interface HostScript<Kind extends ScriptKind = ScriptKind> {
  readonly kind: Kind;
  readonly path: string;
  /** A script that runs around it and gets its arguments first: this one's text is its $UNWEDGE_INNER. Path as above. */
  readonly within?: string;
  /** A probe that it runs itself before it acts: its text is its $UNWEDGE_LOOK. Path as above. */
  readonly look?: string;
}
export type ProbeScript = HostScript<'probe'>;
export type ApplyScript = HostScript<'apply'>;
export type UndoScript = HostScript<'undo'>;

/** A plugin's script lies beside it: `new URL('probe.sh', import.meta.url)`. */
const pathOf = (path: string | URL): string => (typeof path === 'string' ? path : fileURLToPath(path));

export const probeScript = (path: string | URL): ProbeScript => ({ kind: 'probe', path: pathOf(path) });
export const applyScript = (path: string | URL, look?: ProbeScript): ApplyScript => ({
  kind: 'apply',
  path: pathOf(path),
  ...(look === undefined ? {} : { look: look.path }),
});
export const undoScript = (path: string | URL): UndoScript => ({ kind: 'undo', path: pathOf(path) });

/** What came back from one script. */
export interface ScriptResult {
  /** Exit code of the script; 128 + N where signal N ended it. */
  readonly code: number;
  /** Decoded as UTF-8. Scripts print tab-separated records; kernel escapes (\040) are kept. */
  readonly stdout: string;
  readonly stderr: string;
  /** True where stdout or stderr passed its cap and the rest was dropped. */
  readonly truncated: boolean;
}

/** Exit code by which an apply or undo script says: the host is no longer as planned, nothing was done. */
export const DRIFTED = 9;
/** Exit code by which an apply script says: the host refused this one change (busy, no way in), and it is certain that it was not made. */
export const LEFT = 3;
