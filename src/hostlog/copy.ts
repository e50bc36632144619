import { complete } from '../core/complete.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import { probeScript } from '../core/host-script.ts';
import { records } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { changeOf, machineOf, type StartedOnHost, startedOf } from './host-says.ts';
import { hostWord } from './host-word.ts';
import { eventOf, logLine } from './log.ts';

/** What one account of a host has of one run. */
export interface HostCopy {
  readonly run: string;
  readonly host: string;
  /** The host's name in the run. */
  readonly name: string;
  /** Its directory on the host. */
  readonly path: string;
  /** Of its dead-man's switch. `armed`: unless it is confirmed, the host takes the run back itself. */
  readonly switch: string;
  readonly started: StartedOnHost;
  /** Those of its changes, as the controller's journal would have them. */
  readonly events: readonly RunEvent[];
  /** Changes that it has and that can't be read: what they did is not known. */
  readonly unreadable: readonly string[];
}

/** What one account of a host has of runs. */
export interface HostLook {
  readonly user: string;
  /** Root has a directory of its own, and whoever looked may not see into it. */
  readonly hidden: boolean;
  readonly copies: readonly HostCopy[];
  /** Directories that are no journal of the run that they are named for. */
  readonly refused: readonly { readonly run: string; readonly why: string }[];
}

const script = probeScript('hostlog/probe-runs.sh');

/** The journals that an account of a host has of all runs whose id begins so. @throws StepError where the host can't be looked at */
export async function lookForRuns(session: ReadOnlySession, prefix: string): Promise<HostLook> {
  const look = await session.probe(script, [prefix]);
  return parseLook(complete(look, "the host's journals could not be read", 'run as root, or with -b'), session.host);
}

/** What probe-runs.sh prints. `host`: its name in the inventory, whatever it was called in the run. */
export function parseLook(stdout: string, host: string): HostLook {
  let user = 'unknown';
  let root = '/var/lib/unwedge';
  let hidden = false;
  const journals: string[][][] = [];
  for (const record of records(stdout)) {
    const [kind, first = '', second = ''] = record;
    if (kind === 'user') [user, root] = [first.slice(0, LONGEST_NAME), second.slice(0, LONGEST_NAME)];
    else if (kind === 'hidden') hidden = true;
    else if (kind === 'run') journals.push([record]);
    else journals.at(-1)?.push(record);
  }
  const all = journals.map((journal) => copyOf(journal, host, root));
  const copies = all.filter((copy) => 'events' in copy);
  const refused = all.filter((copy) => 'why' in copy);
  return { user, hidden, refused: [...refused, ...namedTwice(copies, host)], copies: ownOf(copies, host) };
}

/** Where the run knew this host by several names, each of them has its own. */
const ownOf = (copies: readonly HostCopy[], host: string): readonly HostCopy[] =>
  copies.filter((copy) => {
    const names = copies.filter(({ run }) => run === copy.run);
    return copy.name === hostWord({ host }) || names.length === 1;
  });

/** By which of its names a host is meant that has another one today, nobody knows. */
function namedTwice(copies: readonly HostCopy[], host: string): HostLook['refused'] {
  return [...new Set(copies.map(({ run }) => run))].flatMap((run) => {
    const names = copies.filter((copy) => copy.run === run).map(({ name }) => name);
    if (names.length === 1 || names.includes(hostWord({ host }))) return [];
    return {
      run,
      why: `it has journals of run ${run} by the names ${names.join(', ')}: give it one of them in the inventory`,
    };
  });
}

function copyOf(
  [head = [], ...rest]: readonly string[][],
  host: string,
  root: string,
): HostCopy | HostLook['refused'][number] {
  const [, directory = '', name = '', armed = '', ...json] = head;
  const path = `${root}/runs/${directory.slice(0, LONGEST_NAME)}`;
  // Made by JSON.stringify, which leaves no tab in it.
  const started = startedOf(json.join('\t'));
  const run = directory.split(':', 1)[0] ?? '';
  if (started === undefined)
    return { run, why: `${path}/run.json is not the beginning of a run that this unwedge can read` };
  if (started.run !== run) return { run, why: `${path}/run.json says that it is run ${started.run}` };
  const changes: EventOf<'change.applying'>[] = [];
  const later: RunEvent[] = [];
  const unreadable: string[] = [];
  const identified: RunEvent[] = [];
  for (const [kind, first = '', ...fields] of rest) {
    const machine = kind === 'machine' ? machineOf([first, ...fields].join('\t')) : undefined;
    if (machine) identified.push({ type: 'host.identified', at: started.at, host, machine });
    if (kind === 'log') later.push(...[eventOf(logLine([first, ...fields]), host) ?? []].flat());
    if (kind !== 'change') continue;
    const change = changeOf(fields.join('\t'));
    const isTwice = changes.some(({ seq }) => String(seq) === first);
    if (change === undefined || isTwice || String(change.seq) !== first) unreadable.push(first.slice(0, LONGEST_NAME));
    else changes.push({ ...change, host });
  }
  // The host lists them by name, 10 before 2.
  const events = [...identified, ...changes.sort((a, b) => a.seq - b.seq), ...later];
  return { run, host, name, path, switch: armed, started, events, unreadable };
}

const LONGEST_NAME = 300;
