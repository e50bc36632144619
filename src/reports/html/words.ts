import type { Enforcement } from '../../core/enforcement.ts';
import type { HostStatus } from '../../core/event.ts';
import type { Report, ReportedChange } from '../../core/report.ts';
import { downOn, isKnown } from '../tally.ts';
import { type FleetHost, type Standing, tally } from './fleet.ts';

/** How something looks: each has a colour and a sign of its own. */
export type Tone = 'critical' | 'warning' | 'info' | 'ok' | 'accent' | 'muted';

interface Word {
  readonly word: string;
  readonly tone: Tone;
}

export const KINDS: Readonly<Record<Report['kind'], string>> = {
  audit: 'Audit',
  check: 'Dry run',
  run: 'Run',
  rollback: 'Rollback',
};

export const STANDING_WORDS: Readonly<Record<Standing, Word>> = {
  critical: { word: 'Critical', tone: 'critical' },
  warning: { word: 'Warning', tone: 'warning' },
  unknown: { word: 'Not known', tone: 'muted' },
  info: { word: 'Info', tone: 'info' },
  unchecked: { word: 'Not checked', tone: 'muted' },
  clean: { word: 'Nothing found', tone: 'ok' },
};

const STATUS_WORDS: Readonly<Record<HostStatus, Word>> = {
  ok: { word: 'ok', tone: 'ok' },
  changed: { word: 'changed', tone: 'accent' },
  failed: { word: 'failed', tone: 'critical' },
  unreachable: { word: 'unreachable', tone: 'critical' },
  locked: { word: 'locked', tone: 'warning' },
  drifted: { word: 'drifted', tone: 'warning' },
  flapping: { word: 'flapping', tone: 'warning' },
  interrupted: { word: 'interrupted', tone: 'warning' },
  'rolled-back': { word: 'rolled back', tone: 'info' },
  'not-attempted': { word: 'not attempted', tone: 'muted' },
};

/** A host's outcome in the words of the kind. */
export function statusWord(status: HostStatus, kind: Report['kind']): Word {
  const { word, tone } = STATUS_WORDS[status];
  // A look that ended well says nothing of what it found.
  if (status === 'ok' && kind === 'audit') return { word: 'looked at', tone };
  if (status !== 'changed') return { word, tone };
  return { word: { audit: 'would change', check: 'would change', run: word, rollback: 'rolled back' }[kind], tone };
}

export const STATE_WORDS: Readonly<Record<ReportedChange['state'], Word>> = {
  planned: { word: 'planned', tone: 'accent' },
  applied: { word: 'applied', tone: 'ok' },
  applying: { word: 'in doubt', tone: 'critical' },
  'in-doubt': { word: 'in doubt', tone: 'critical' },
  drifted: { word: 'drifted', tone: 'warning' },
  left: { word: 'left', tone: 'warning' },
  undoing: { word: 'undo in doubt', tone: 'critical' },
  undone: { word: 'undone', tone: 'info' },
  'undo-failed': { word: 'undo failed', tone: 'critical' },
  irreversible: { word: 'irreversible', tone: 'warning' },
};

export const ENFORCED_WORDS: Readonly<Record<Enforcement, Word & { readonly meaning: string }>> = {
  namespace: {
    ...{ word: 'namespace', tone: 'ok' },
    meaning: 'its mounts were read-only for the probes, and docker answered reading verbs only',
  },
  uid: { word: 'uid', tone: 'info', meaning: 'the probes ran as a user without the rights of root' },
  none: { word: 'none', tone: 'warning', meaning: 'nothing but the care of the scripts themselves' },
};

/** What of a holder kind is told in a chart. */
export const HOLDER_KINDS: Readonly<Record<string, string>> = {
  container: 'another container',
  unit: 'a service',
  shim: 'the shim of a container',
  process: 'a process',
  thread: 'a thread',
  nobody: 'a namespace without processes',
  host: "the host's own namespace",
  dockerd: "dockerd's namespace",
};

/** `1 host`, `1,000 hosts`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** What it came to, in sentences. */
export function verdict({ kind, hosts }: Report, fleet: readonly FleetHost[]): string[] {
  const standing = (wanted: Standing): number => fleet.filter((host) => host.standing === wanted).length;
  const [critical, warning] = [standing('critical'), standing('warning')];
  const ended = hosts.filter((host) => !isKnown(host)).map(({ status }) => statusWord(status, kind).word);
  const gone = hosts.flatMap((host) => host.gone).length;
  const down = downOn(hosts);
  return [
    ...stuckWords(kind, hosts, critical),
    ...(warning === 0 ? [] : [`A cause waits on ${counted(warning, critical === 0 ? 'host' : 'other host')}.`]),
    ...(ended.length === 0 ? [] : [`${counted(ended.length, 'host')} did not get to the end: ${numbers(ended)}.`]),
    ...(gone === 0 || kind !== 'run' ? [] : [`${counted(gone, 'finding is', 'findings are')} no longer there.`]),
    ...did(kind, hosts),
    ...(down.length === 0
      ? []
      : [
          `${counted(down.flatMap(({ names }) => names).length, 'container')} without a restart policy ${kind === 'check' ? 'would stay' : 'stayed'} down on ${counted(down.length, 'host')}.`,
        ]),
  ];
}

/** What is stuck, of the hosts on which a step looked for it. */
function stuckWords(kind: Report['kind'], hosts: Report['hosts'], critical: number): string[] {
  const all = counted(hosts.length, 'host');
  if (critical > 0) return [`Something is stuck or broken on ${critical.toLocaleString('en')} of ${all}.`];
  const known = hosts.filter(isKnown);
  const unchecked = known.filter((host) => host.unchecked);
  if (unchecked.length > 0 && unchecked.length === known.length)
    return [`This ${KINDS[kind].toLowerCase()} did not look for stuck containers.`];
  return [
    `Nothing is stuck or broken on ${unchecked.length === 0 && known.length === hosts.length ? all : 'the hosts that were looked at'}.`,
    ...(unchecked.length === 0 ? [] : [`${counted(unchecked.length, 'host')} not checked for stuck containers.`]),
  ];
}

/** `24 changes were made on 9 hosts.` */
function did(kind: Report['kind'], hosts: Report['hosts']): string[] {
  const meant = { audit: undefined, check: 'planned', run: 'applied', rollback: 'undone' } as const;
  const some = hosts
    .map(({ changes }) => changes.filter(({ state }) => state === meant[kind]).length)
    .filter((n) => n > 0);
  if (some.length === 0) return [];
  const n = some.reduce((sum, one) => sum + one, 0);
  const were = n === 1 ? 'was' : 'were';
  const word = { audit: '', check: 'would be made', run: `${were} made`, rollback: `${were} rolled back` }[kind];
  return [`${counted(n, 'change')} ${word} on ${counted(some.length, 'host')}.`];
}

/** `3 unreachable, 1 failed` */
const numbers = (words: readonly string[]): string =>
  tally(words)
    .map(([word, n]) => `${n.toLocaleString('en')} ${word}`)
    .join(', ');

/** `59 s`, `1 min 05 s`, `2 h 03 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (minutes === 0) return `${seconds} s`;
  return minutes < 60
    ? `${minutes} min ${two(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
