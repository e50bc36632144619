import type { EventOf, HostStatus, Reason, RunMode } from '../core/event.ts';
import { printable } from '../core/printable.ts';

/** `1 host`, `2 hosts`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `0 s`, `59 s`, `1 min 05 s`, `2 h 03 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${twoDigits(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

const twoDigits = (n: number): string => String(n).padStart(2, '0');

/** Text of a host or a playbook on one line that no terminal takes for a command. */
export const oneLine = (text: string): string => printable(linesOf(text).join(' | '));

const linesOf = (text: string): string[] =>
  text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Text of a host or a playbook, line by line, without blank lines at its end. */
export const safeLines = (text: string): string[] =>
  printable(text.replace(/\r\n/g, '\n').trimEnd(), 'lines').split('\n');

/** A reason on one line, with what to do. */
export const reasonLine = (reason: Reason): string =>
  oneLine(reason.message) + (reason.todo === undefined ? '' : ` → ${oneLine(reason.todo)}`);

/** `web-1, web-2 … (+14)`. */
export function hostList(hosts: readonly string[], shown = 8): string {
  const names = hosts.slice(0, shown).map(oneLine).join(', ');
  return hosts.length > shown ? `${names} … (+${hosts.length - shown})` : names;
}

/** A host's outcome in the words of the mode. `may`: check mode can't be sure that a run would change it. */
export function statusWord(status: HostStatus, mode: RunMode, may = false): string {
  switch (status) {
    case 'changed':
      return { check: may ? 'may change' : 'would change', run: 'changed', rollback: 'rolled back' }[mode];
    case 'ok':
      return mode === 'rollback' ? 'nothing undone' : status;
    case 'rolled-back':
      return 'rolled back';
    case 'not-attempted':
      return 'not attempted';
    default:
      return status;
  }
}

/** What a signal did to the run, and what another one would do. */
export const interruption = (signal: string, times: number): string =>
  times === 1
    ? `interrupted (${signal}): finishing the steps in flight; once more ends them`
    : `interrupted again (${signal}): ending the steps in flight`;

/** `check RUN: playbooks/free.yaml on 3 hosts`, `rollback RUN of run RUN`. */
export function startedLine({ mode, of, playbooks, hosts, run }: EventOf<'run.started'>): string {
  const began = `${mode} ${oneLine(run)}`;
  if (of !== undefined) return `${began} of run ${oneLine(of)}`;
  return `${began}: ${playbooks.map(oneLine).join(', ')} on ${counted(hosts.length, 'host')}`;
}
