import { NOT_TRIED } from '../core/another-machine.ts';
import type { HostOutcome, HostStatus, Recap, RollbackOutcome, RunMode } from '../core/event.ts';
import { padded } from './display-width.ts';
import type { Style } from './style.ts';
import { counted, hostList, oneLine, safeLines, statusWord } from './wording.ts';

export interface RecapView {
  readonly mode: RunMode;
  /** The run's id, for the commands that the recap names. */
  readonly run: string;
  /** The run that a rollback takes back. */
  readonly of?: string;
  readonly style: Style;
  /** Check mode: hosts of which it is only known that a run may change them. */
  readonly mayChange: ReadonlySet<string>;
}

/** The end of every run's output: how many hosts ended how, then only the hosts that need a look, then where to go on. */
export function recapLines(recap: Recap, view: RecapView): string[] {
  return [
    view.style.bold(countsLine(recap, view)),
    ...grouped(recap.outcomes.filter(needsALook)).flatMap((group) => groupLines(group, view)),
    ...hintLines(recap, view),
  ];
}

const WELL: readonly HostStatus[] = ['changed', 'ok'];
/** What needs a look, the worst first. */
const ILL: readonly HostStatus[] = [
  'failed',
  'drifted',
  'unreachable',
  'locked',
  'flapping',
  'rolled-back',
  'interrupted',
  'not-attempted',
];

/** `300 hosts: 12 changed, 285 ok, 2 failed, 1 unreachable`. */
export function countsLine(recap: Recap, view: Pick<RecapView, 'mode' | 'mayChange'>): string {
  const words = [...WELL, ...ILL].flatMap((status) => {
    const hosts = recap.outcomes.filter((o) => o.status === status).map((o) => o.host);
    if (status !== 'changed' || view.mode !== 'check') return part(hosts.length, statusWord(status, view.mode));
    const may = hosts.filter((host) => view.mayChange.has(host)).length;
    return [
      ...part(hosts.length - may, statusWord(status, view.mode)),
      ...part(may, statusWord(status, view.mode, true)),
    ];
  });
  const hosts = counted(recap.outcomes.length, 'host');
  return (words.length === 0 ? hosts : `${hosts}: ${words.join(', ')}`) + (recap.interrupted ? ' · interrupted' : '');
}

const part = (n: number, word: string): string[] => (n === 0 ? [] : [`${n} ${word}`]);

/** True where the counts alone would hide something from the reader. */
export function needsALook(outcome: HostOutcome): boolean {
  if (!WELL.includes(outcome.status)) return true;
  const { irreversible = [], failed = [] } = outcome.rollback ?? {};
  return irreversible.length + failed.length > 0;
}

interface Group {
  readonly hosts: string[];
  readonly outcome: HostOutcome;
}

/** Hosts that read the same are told once; the worst first, hosts in the recap's order. */
function grouped(outcomes: readonly HostOutcome[]): Group[] {
  const groups = new Map<string, Group>();
  for (const outcome of outcomes) {
    const key = JSON.stringify({ ...outcome, host: '' });
    const group = groups.get(key);
    if (group) group.hosts.push(outcome.host);
    else groups.set(key, { hosts: [outcome.host], outcome });
  }
  const rank = (group: Group) => ILL.indexOf(group.outcome.status) + 1 || ILL.length + 1;
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

/** Hosts that a group names; the journal names all. */
const NAMED = 5;
const MARGIN = 'not attempted  '.length;

function groupLines({ hosts, outcome }: Group, view: RecapView): string[] {
  const { style } = view;
  const word = statusColour(outcome.status, style)(padded(statusWord(outcome.status, view.mode), MARGIN));
  const reason = outcome.reason && !isToldByUndos(outcome, view) ? safeLines(outcome.reason.message) : [];
  // One host and its reason share a line.
  const sameLine = hosts.length === 1 ? reason.splice(0, 1).map((line) => `: ${line}`) : [];
  const todo = outcome.reason?.todo === undefined ? [] : safeLines(outcome.reason.todo);
  const details = [
    ...reason,
    ...todo.map((line, i) => style.cyan(`${i === 0 ? '→' : ' '} ${line}`)),
    ...(outcome.rollback ? rollbackLines(outcome.rollback, style, view.mode) : keptLines(outcome, view)),
  ];
  return [`${word}${hostList(hosts, NAMED)}${sameLine.join('')}`, ...details.map((line) => ' '.repeat(MARGIN) + line)];
}

/** Where a rollback failed, each undo that failed is told below. */
const isToldByUndos = ({ status, rollback }: HostOutcome, { mode }: RecapView) =>
  mode === 'rollback' && status === 'failed' && rollback?.failed.every(({ reason }) => reason === NOT_TRIED) !== true;

/** What a rollback took back, and what it could not. */
export function rollbackLines(outcome: RollbackOutcome, style: Style, mode: RunMode): string[] {
  const isPreview = mode === 'check';
  return [
    ...outcome.undone.map((summary) => `${isPreview ? 'would be undone' : 'undone'}: ${oneLine(summary)}`),
    ...outcome.irreversible.map((c) => style.yellow(`cannot be undone: ${oneLine(c.summary)}: ${oneLine(c.reason)}`)),
    ...outcome.failed.map((c) =>
      style.red(`${isPreview ? 'would not be undone' : 'failed to undo'}: ${oneLine(c.summary)}: ${oneLine(c.reason)}`),
    ),
  ];
}

function keptLines({ changes, status }: HostOutcome, { mode, style }: RecapView): string[] {
  if (mode !== 'run' || changes === 0 || status === 'changed') return [];
  return [style.yellow(`not undone: ${counted(changes, 'change')}`)];
}

const NOT_SERVED: readonly HostStatus[] = ['drifted', 'unreachable', 'locked', 'flapping'];

function statusColour(status: HostStatus, style: Style): (text: string) => string {
  if (status === 'failed') return style.red;
  return NOT_SERVED.includes(status) ? style.yellow : style.dim;
}

/** Irreversible changes are known as such; another rollback would not help them. */
const hasLeftToUndo = ({ changes, rollback }: HostOutcome): boolean =>
  rollback === undefined ? changes > 0 : rollback.failed.length > 0;

/** Not offered where there is nothing that it could take back. */
function undoHint(left: readonly HostOutcome[], run: string): string {
  const all = left.reduce((sum, { changes }) => sum + changes, 0);
  const can = left.reduce((sum, { changes, undoable = changes }) => sum + undoable, 0);
  const which = can === all ? '' : ` (${can} of ${counted(all, 'change')})`;
  if (can > 0) return ` · undo: unwedge rollback ${run}${which}`;
  return all === 1 ? ' · the change cannot be undone' : ` · none of the ${all} changes can be undone`;
}

function hintLines({ outcomes, interrupted }: Recap, { mode, run, of, style }: RecapView): string[] {
  const left = outcomes.filter(hasLeftToUndo);
  const goesOn = mode === 'run' && interrupted;
  if (mode === 'check' || !(goesOn || left.length > 0 || outcomes.some(needsALook))) return [];
  const again = mode === 'run' ? undoHint(left, run) : ` · try again: unwedge rollback ${of ?? run}`;
  return [
    style.dim(`journal: unwedge runs show ${run}${left.length > 0 ? again : ''}`),
    ...(goesOn ? [style.dim(`go on: unwedge resume ${run}`)] : []),
  ];
}
