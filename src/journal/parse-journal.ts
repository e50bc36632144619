import { inputError } from '../core/diagnostic.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import { readLine } from './journal-line.ts';

export interface ParsedJournal {
  readonly events: readonly RunEvent[];
  /** A last line that was not written to its end: the controller died while writing it. Nothing had been done for it. */
  readonly torn: { readonly line: number; readonly text: string } | undefined;
}

/**
 * Reads a journal's text. A torn last line is tolerated: whatever had to be durable before a host was touched was.
 * @throws InputError with file and line for any other line that is no event, and for another version.
 */
export function parseJournal(text: string, file: string): ParsedJournal {
  const lines = text.split('\n');
  const isWhole = lines.at(-1) === '';
  if (isWhole) lines.pop();
  const events: RunEvent[] = [];
  const read = lines.map(readLine);
  // One that an older unwedge has written has sums nowhere.
  const haveSums = read.some(({ hasSum }) => hasSum);
  for (const [index, { json, hasSum, isDamaged }] of read.entries()) {
    const line = lines[index] ?? '';
    const event = isDamaged || hasSum !== haveSums ? DAMAGED : parseEvent(json);
    if (typeof event !== 'string') events.push(event);
    else if (index === lines.length - 1 && !(isDamaged && isWhole))
      return { events, torn: { line: index + 1, text: line } };
    else throw inputError(`${file}:${index + 1}: ${event}`, TODO);
    if (index === 0) requireBeginning(events[0], file);
  }
  return { events, torn: undefined };
}

const DAMAGED = 'this line is not as it was written: its checksum does not match';
const TODO =
  'the journal was damaged; what follows is not trusted. The hosts have journals of their own: unwedge rollback RUN -i INVENTORY';

function requireBeginning(event: RunEvent | undefined, file: string): void {
  if (event?.type !== 'run.started') throw inputError(`${file}:1: a journal begins with run.started`);
  const version: number = event.version;
  if (version === 1) return;
  throw inputError(`${file} is a journal of version ${version}; this unwedge reads version 1`, 'use a newer unwedge');
}

/** The event on a line, or what is wrong with it. */
function parseEvent(line: string): RunEvent | string {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : `no event that this unwedge knows: ${line.slice(0, 80)}`;
  } catch {
    return 'broken line';
  }
}

function isEvent(value: unknown): value is RunEvent {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('at' in value)) return false;
  return FIELDS_BY_TYPE.get(value.type)?.every((field) => field in value) ?? false;
}

/** The fields without which an event of each type says nothing. */
const FIELDS: { readonly [Type in RunEvent['type']]: readonly (keyof EventOf<Type> & string)[] } = {
  'run.started': ['run', 'version', 'mode', 'playbooks', 'hosts'],
  'play.started': ['play', 'hosts'],
  'rollout.planned': ['play', 'batches', 'bounds'],
  'batch.started': ['play', 'batch', 'hosts'],
  'batch.health': ['play', 'batch', 'moment', 'ill'],
  'batch.soaking': ['play', 'batch', 'seconds'],
  'rollout.stopped': ['play', 'by', 'reason', 'done', 'left'],
  'rollout.paused': ['play', 'by', 'reason', 'done', 'left'],
  'script.sent': ['path', 'sha256'],
  'host.started': ['host'],
  'host.identified': ['host', 'machine'],
  'host.guarded': ['host', 'enforced', 'unseen'],
  'step.started': ['host', 'step', 'stepType'],
  'step.planned': ['host', 'step', 'changes'],
  'change.applying': ['host', 'seq', 'step', 'stepType', 'change'],
  'change.applied': ['host', 'seq'],
  'change.in-doubt': ['host', 'seq', 'reason'],
  'change.drifted': ['host', 'seq', 'reason'],
  'change.left': ['host', 'seq', 'reason'],
  'change.undoing': ['host', 'seq'],
  'change.undone': ['host', 'seq'],
  'change.undo-failed': ['host', 'seq', 'reason'],
  'change.irreversible': ['host', 'seq', 'reason'],
  'step.finished': ['host', 'step', 'stepType', 'status', 'changes'],
  'host.unreachable': ['host', 'reason'],
  'host.waiting': ['host', 'reason'],
  'host.locked': ['host', 'reason'],
  'host.rollback': ['host', 'outcome'],
  'host.finished': ['outcome'],
  'run.interrupted': ['signal', 'times'],
  'run.finished': ['run', 'recap'],
  'run.notified': ['by'],
};

const FIELDS_BY_TYPE: ReadonlyMap<unknown, readonly string[]> = new Map(Object.entries(FIELDS));
