import type { EventOf, HostStatus, RunMode } from '../core/event.ts';
import { type Board, type HostRow, isTrouble, ROLLING_BACK } from './board.ts';
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

/** A play at this moment: its progress, then hosts. Never more than `rows` lines of `columns` columns. */
export function frame(board: Board, view: View): string[] {
  const progress = progressLines(board, view);
  const room = Math.max(0, view.rows - progress.length);
  const hosts = board.rows.size <= Math.min(EACH_HOST, room) ? everyHost(board, view) : someHosts(board, view, room);
  return [...progress, ...hosts];
}

/** What stays of a play on the screen. */
export function closingLines(board: Board, { now, columns, mode }: View): string[] {
  const counts = countsLine(board.recap(), { mode, mayChange: board.mayChange });
  return titled(oneLine(board.title), `· ${counts} · ${duration(now - board.startedAt)}`, columns);
}

/** On one line, or on two where the screen is too narrow. */
const titled = (title: string, rest: string, columns: number): string[] =>
  displayWidth(title) + displayWidth(rest) + 2 <= columns
    ? [`${title}  ${rest}`]
    : [truncate(title, columns), truncate(rest, columns)];

function progressLines(board: Board, { now, columns, mode, style }: View): string[] {
  const rows = [...board.rows.values()];
  const counts = [
    ...(board.batches > 1 ? [`batch ${board.batch + 1}/${board.batches}`] : []),
    `${rows.filter((row) => row.state === 'done').length}/${rows.length} done`,
    ...(['changed', 'failed', 'drifted', 'unreachable', 'locked', 'flapping'] as const).flatMap((status) =>
      countOf(rows, status, mode),
    ),
    ...(board.soaking ? [soakText(board.soaking, now)] : []),
    duration(now - board.startedAt),
  ].join(' · ');
  const progress = titled(oneLine(board.title), `▸ ${counts}`, columns);
  if (!board.interrupted) return progress;
  const { signal, times } = board.interrupted;
  return [...progress, style.yellow(truncate(interruption(signal, times), columns))];
}

const soakText = ({ at, seconds }: EventOf<'batch.soaking'>, now: number): string =>
  `soaking, ${duration(Date.parse(at) + seconds * 1000 - now)} left`;

function countOf(rows: readonly HostRow[], status: HostStatus, mode: RunMode): string[] {
  const n = rows.filter((row) => row.status === status).length;
  return n === 0 ? [] : [`${n} ${statusWord(status, mode)}`];
}

function everyHost(board: Board, view: View): string[] {
  const rows = [...board.rows.values()];
  const widths = widest(rows, view);
  return rows.map((row) => hostLine(row, widths, view));
}

function someHosts(board: Board, view: View, room: number): string[] {
  const failures = latest(board.failures, Math.min(MOST_FAILURES, Math.max(1, Math.floor(room / 2) - 1)));
  const failureLines = failures.shown.map((row) => hostLine(row, widest(failures.shown, view), view));
  if (failures.hidden > 0) failureLines.push(view.style.red(`… and ${failures.hidden} more before`));
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

/** Columns of host names (at most a third of the screen) and of activities (what the longest duration leaves). */
interface Widths {
  readonly host: number;
  readonly activity: number;
}

const LONGEST_DURATION = '59 min 59 s'.length;

function widest(rows: readonly HostRow[], { columns }: View): Widths {
  const host = widestOf(rows, 'host', Math.floor(columns / 3));
  return { host, activity: widestOf(rows, 'activity', columns - host - LONGEST_DURATION - 6) };
}

const widestOf = (rows: readonly HostRow[], field: 'host' | 'activity', most: number): number =>
  Math.min(most, Math.max(0, ...rows.map((row) => displayWidth(oneLine(row[field])))));

const cell = (text: string, width: number): string => padded(truncate(oneLine(text), width), width);

const workLine = ({ host, activity, since }: HostRow, widths: Widths, { now, columns }: View): string =>
  truncate(`${cell(host, widths.host)}  ${cell(activity, widths.activity)}  ${duration(now - since)}`, columns);

function hostLine(row: HostRow, widths: Widths, view: View): string {
  const { style, columns, mode } = view;
  const host = cell(row.host, widths.host);
  if (isTrouble(row.status)) {
    const still = row.state === 'working' && row.activity === ROLLING_BACK ? `${ROLLING_BACK}; ` : '';
    return style.red(truncate(`✖ ${host}  ${still}${row.status}: ${row.why}`, columns));
  }
  if (row.state === 'working') return `▸ ${workLine(row, widths, { ...view, columns: columns - 2 })}`;
  if (row.state === 'waiting') return style.dim(truncate(`· ${host}  waiting`, columns));
  const done = truncate(`${host}  ${doneWords(row, mode)}`, columns - 2);
  return row.status === 'ok' || row.status === 'changed' ? `${style.green('✔')} ${done}` : style.dim(`- ${done}`);
}

function doneWords({ status, changes, certain }: HostRow, mode: RunMode): string {
  const word = statusWord(status ?? 'ok', mode, !certain);
  return status === 'changed' ? `${word}  ${counted(changes, 'change')}` : word;
}
