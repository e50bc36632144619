import { complete } from '../core/complete.ts';
import type { EventOf, RunEvent } from '../core/event.ts';
import { probeScript } from '../core/host-script.ts';
import { records } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { hostWord } from './host-word.ts';
import { eventOf, logLine } from './log.ts';

/** What one host has of one run. */
export interface HostCopy {
  readonly run: string;
  readonly host: string;
  /** The host's name in the run. */
  readonly name: string;
  /** Of its dead-man's switch. `armed`: unless it is confirmed, the host takes the run back itself. */
  readonly switch: string;
  readonly started: EventOf<'run.started'>;
  /** Those of its changes, as the controller's journal would have them. */
  readonly events: readonly RunEvent[];
}

const script = probeScript('hostlog/probe-runs.sh');

/**
 * The journals on a host of all runs whose id begins so. One that can't be read is passed over: it was torn before anything was
 * done. @throws StepError where the host can't be looked at
 */
export async function copiesOn(session: ReadOnlySession, prefix: string): Promise<readonly HostCopy[]> {
  const look = await session.probe(script, [prefix]);
  const stdout = complete(look, "the host's journals could not be read", 'run as root, or with -b');
  const copies = parseCopies(stdout, session.host);
  // Where the run knew this host by several names, each of them has its own.
  const isOther = ({ run, name }: HostCopy) =>
    name !== hostWord(session) && copies.some((copy) => copy.run === run && copy.name !== name);
  return copies.filter((copy) => !isOther(copy));
}

/** What probe-runs.sh prints. `host`: its name in the inventory, whatever it was called in the run. */
export function parseCopies(stdout: string, host: string): readonly HostCopy[] {
  const copies: { head: Omit<HostCopy, 'events'> | undefined; events: RunEvent[] }[] = [];
  for (const [kind, ...fields] of records(stdout)) {
    if (kind === 'run') copies.push({ head: headOf(fields, host), events: [] });
    const copy = copies.at(-1);
    const event = kind === 'change' ? changeOf(fields, host) : kind === 'log' && eventOf(logLine(fields), host);
    if (event) copy?.events.push(event);
  }
  return copies.flatMap(({ head, events }) => (head === undefined ? [] : [{ ...head, events: bySeq(events) }]));
}

/** The host lists its changes by name, 10 before 2. */
function bySeq(events: readonly RunEvent[]): readonly RunEvent[] {
  const begun = events.filter((event) => event.type === 'change.applying').sort((a, b) => a.seq - b.seq);
  return [...begun, ...events.filter((event) => event.type !== 'change.applying')];
}

function headOf(
  [name = '', armed = '', ...json]: readonly string[],
  host: string,
): Omit<HostCopy, 'events'> | undefined {
  const started = parsed(json);
  // What a host says is read with care: it may be anything.
  return started?.type === 'run.started' && isText(started.run) && isTextList(started.playbooks)
    ? { run: started.run, host, name, switch: armed, started }
    : undefined;
}

function changeOf([, ...json]: readonly string[], host: string): RunEvent | undefined {
  const event = parsed(json);
  const isWhole = event?.type === 'change.applying' && isText(event.stepType) && isText(event.change?.summary);
  return isWhole && isText(event.change.resource) && Number.isInteger(event.seq) ? { ...event, host } : undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** It was made by JSON.stringify, which leaves no tab in it; torn, it is none. */
function parsed(json: readonly string[]): RunEvent | undefined {
  try {
    return JSON.parse(json.join('\t'));
  } catch {
    return undefined;
  }
}
