import type { ChangeRef, RunEvent } from '../core/event.ts';
import type { HostUndo } from '../core/host-log.ts';
import { DRIFTED, LEFT } from '../core/host-script.ts';

/** One line of a host's own journal: `AT WORD SEQ REST`, tab-separated. A line that is torn or of another version is passed over. */
export interface LogLine {
  readonly at: string;
  readonly word: string;
  readonly seq: number;
  readonly rest: string;
}

export const logLine = ([at = '', word = '', seq = '', ...rest]: readonly string[]): LogLine => ({
  at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at) ? at : NEVER,
  word,
  seq: /^\d{1,7}$/.test(seq) ? Number(seq) : -1,
  rest: rest.join(' ').slice(0, LONGEST_REASON),
});

/** A host whose clock or journal says nothing. */
const NEVER = '1970-01-01T00:00:00Z';
const LONGEST_REASON = 2000;

/** What the line says of a change, as the controller's journal would; undefined: nothing that changes its state. */
export function eventOf({ at, word, seq, rest }: LogLine, host: string): RunEvent | undefined {
  const ref = { at, host, seq };
  if (seq < 0) return undefined;
  switch (word) {
    case 'ended':
      return isCode(rest) ? ended(ref, Number(rest)) : undefined;
    case 'undoing':
      return { type: 'change.undoing', ...ref };
    case 'undone':
      return { type: 'change.undone', ...ref };
    case 'undo-failed':
      return { type: 'change.undo-failed', ...ref, reason: rest };
    case 'irreversible':
      return { type: 'change.irreversible', ...ref, reason: rest };
    default:
      return undefined;
  }
}

/** No number: the line is torn, and it is not known how it ended. */
export const isCode = (text: string): boolean => /^\d{1,3}$/.test(text);

function ended(ref: ChangeRef & { readonly at: string }, code: number): RunEvent {
  const reason = `its script ended with exit code ${code}, as the host has it`;
  if (code === 0) return { type: 'change.applied', ...ref };
  if (code === DRIFTED) return { type: 'change.drifted', ...ref, reason };
  return code === LEFT ? { type: 'change.left', ...ref, reason } : { type: 'change.in-doubt', ...ref, reason };
}

/** What the undos came to that the lines tell of, by seq. */
export function undosIn(lines: readonly LogLine[]): ReadonlyMap<number, HostUndo> {
  const all = new Map<number, HostUndo>();
  for (const { word, seq, rest } of lines) {
    if (word === 'undone') all.set(seq, { kind: word });
    else if (word === 'undo-failed' || word === 'irreversible') {
      const wasDone = all.get(seq)?.kind === 'undone' ? ({ wasDone: true } as const) : {};
      all.set(seq, { kind: word, reason: rest, ...wasDone });
    }
  }
  return all;
}
