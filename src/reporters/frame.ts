import type { RunMode } from '../core/event.ts';
import type { Board, HostRow } from './board.ts';
import { displayWidth, padded, truncate } from './display-width.ts';
import { countsLine } from './recap.ts';
import type { Style } from './style.ts';
import { counted, duration, interruption, oneLine, statusWord } from './wording.ts';

/** The room and the moment that a frame is drawn for. */
export interface View {
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  readonly mode: RunMode;
  readonly style: Style;
}

/** Up to so many hosts have a line each. */
const EACH_HOST = 10;
const MOST_AT_WORK = 8;
const MOST_FAILURES = 10;
const NO_HOSTS: ReadonlySet<string> = new Set();

/** A play at this moment: one line of progress, then hosts. Never more than `rows` lines of `columns` columns. */
export function frame(board: Board, view: View): string[] {
  const room = Math.max(0, view.rows - 1);
  const hosts = board.rows.size <= Math.min(EACH_HOST, room) ? everyHost(board, view) : someHosts(board, view, room);
  return [progressLine(board, view), ...hosts];
}

/** What stays of a play on the screen. */
export function closingLine(board: Board, { now, columns, mode }: View): string {
  const counts = countsLine(board.recap(), { mode, mayChange: NO_HOSTS });
  return withTitle(board.title, ` · ${counts} · ${duration(now - board.startedAt)}`, columns);
}

function progressLine(board: Board, { now, columns, mode }: View): string {
  const rows = [...board.rows.values()];
  const parts = [
    ...(board.batches > 1 ? [`batch ${board.batch + 1}/${board.batches}`] : []),
    `${rows.filter((row) => row.state === 'done').length}/${rows.length} done`,
    ...(['changed', 'failed', 'unreachable'] as const).flatMap((status) => {
      const n = rows.filter((row) => row.status === status).length;
      return n === 0 ? [] : [`${n} ${statusWord(status, mode)}`];
    }),
    duration(now - board.startedAt),
    ...(board.interrupted ? [interruption(board.interrupted.signal, board.interrupted.times)] : []),
  ];
  return withTitle(board.title, `  ▸ ${parts.join(' · ')}`, columns);
}

/** A long title gives way to the counts. */
const withTitle = (title: string, rest: string, columns: number): string =>
  truncate(truncate(oneLine(title), Math.max(12, columns - displayWidth(rest))) + rest, columns);

function everyHost(board: Board, view: View): string[] {
  const rows = [...board.rows.values()];
  const width = widest(rows, view);
  return rows.map((row) => hostLine(row, width, view));
}

function someHosts(board: Board, view: View, room: number): string[] {
  const failures = latest(board.failures, Math.min(MOST_FAILURES, Math.ceil(room / 2)));
  const failureLines = failures.shown.map((row) => hostLine(row, widest(failures.shown, view), view));
  if (failures.hidden > 0) failureLines.push(view.style.red(`… and ${failures.hidden} more failed before`));
  const atWork = [...board.rows.values()].filter((row) => row.state === 'working').sort((a, b) => a.since - b.since);
  const shown = atWork.slice(0, Math.max(0, Math.min(MOST_AT_WORK, room - failureLines.length - 1)));
  const lines = shown.map((row) => workLine(row, widest(shown, view), view));
  const hidden = atWork.length - shown.length;
  if (hidden > 0) lines.push(view.style.dim(`… and ${hidden} more`));
  return [...lines, ...failureLines].slice(0, room);
}

const latest = (failures: readonly HostRow[], most: number) => ({
  shown: failures.slice(-most),
  hidden: Math.max(0, failures.length - most),
});

/** The column of host names: as wide as they need, at most a third of the screen. */
const widest = (rows: readonly HostRow[], { columns }: View): number =>
  Math.min(Math.floor(columns / 3), Math.max(0, ...rows.map((row) => displayWidth(oneLine(row.host)))));

function workLine(row: HostRow, width: number, { now, columns }: View): string {
  const host = padded(truncate(oneLine(row.host), width), width);
  const elapsed = duration(now - row.since);
  const room = columns - width - 4 - displayWidth(elapsed);
  return `${host}  ${truncate(oneLine(row.activity), room)}  ${elapsed}`;
}

function hostLine(row: HostRow, width: number, view: View): string {
  const { style, columns } = view;
  if (row.why !== '' || row.status === 'failed' || row.status === 'unreachable') {
    const busy = row.state === 'working' && row.activity === 'rolling back' ? `${row.activity}; ` : '';
    return style.red(truncate(`✖ ${named(row, width)}  ${busy}${row.status}: ${row.why}`, columns));
  }
  if (row.state === 'working') return `▸ ${workLine(row, width, { ...view, columns: columns - 2 })}`;
  if (row.state === 'waiting') return style.dim(truncate(`· ${named(row, width)}  waiting`, columns));
  const text = truncate(`${named(row, width)}  ${doneWords(row, view.mode)}`, columns - 2);
  return row.status === 'not-attempted' ? style.dim(`- ${text}`) : `${style.green('✔')} ${text}`;
}

const named = (row: HostRow, width: number): string => padded(truncate(oneLine(row.host), width), width);

const doneWords = ({ status, changes }: HostRow, mode: RunMode): string =>
  status === 'changed'
    ? `${statusWord(status, mode)}  ${counted(changes, 'change')}`
    : statusWord(status ?? 'ok', mode);
