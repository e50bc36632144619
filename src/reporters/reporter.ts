import type { RunEvent } from '../core/event.ts';
import type { Style } from './style.ts';

/** Takes the events of one run as they happen and tells people or programs about them. Never throws. */
export interface Reporter {
  event(event: RunEvent): void;
  /** Prints what is told at the end (recap), gives the terminal back, resolves when all is written. Rejects with a fault of its own, not before that. */
  end(): Promise<void>;
}

/** `tree`: a live picture on a terminal; `plain`: a line per event; `json`: the events, one object a line. */
export type ReporterKind = 'tree' | 'plain' | 'json';

/** Where output goes and what it can show. */
export interface Output {
  /** A terminal knows its size, also when its window is resized. */
  readonly stdout: NodeJS.WritableStream & { readonly rows?: number; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream;
  /** Width where stdout does not know it; only `tree` asks. */
  readonly columns: number;
  /** False where NO_COLOR is set or nobody looks; the caller decides. */
  readonly color: boolean;
}

/** What is told at the end in the place of a run's summary. `columns`: undefined where lines have no width. */
export type Closing = (style: Style, columns: number | undefined) => readonly string[];

export interface ReporterOptions {
  /** Show unified diffs of files. */
  readonly diff: boolean;
  /** How often -v was given. */
  readonly verbose: number;
  /** With it, `plain` tells single events only with -v. */
  readonly closing?: Closing;
}
