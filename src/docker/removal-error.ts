import { type Generation, generationIn } from './message-generation.ts';
import {
  containersIn,
  deviceIdsIn,
  mountIdsIn,
  namesIn,
  thinDeviceIdsIn,
  unique,
  withoutShortForms,
} from './message-ids.ts';
import { readInspection } from './message-inspection.ts';
import { type Driver, driverIn, pathsIn } from './message-paths.ts';
import { type Cause, causeOf, type Reason, reasonIn } from './message-reason.ts';
import { type Row, readRows } from './message-rows.ts';
import { plainMessage } from './message-text.ts';

export type MessageKind = 'rm-error' | 'daemon-log' | 'kernel-log' | 'mountinfo' | 'df' | 'ps' | 'inspect' | 'unknown';

/** What a text about a failed removal says. Lists keep the text's order, each value once. */
export interface RemovalMessage {
  kind: MessageKind;
  cause: Cause;
  reason: Reason;
  /** Which docker wrote it; null where the words do not tell. */
  generation: Generation | null;
  driver: Driver | null;
  /** Full container ids, or 12 digits where the text has no more. */
  containers: string[];
  /** Containers by what was typed, where that is no id: since 28.2 the message has nothing else. */
  names: string[];
  /** As written; of a mount table with the kernel's octal escapes. Never a licence to unmount: the holder may see another path. */
  paths: string[];
  /** The storage driver's names of layers, with `-init` where it is one. */
  mountIds: string[];
  /** devicemapper's names of devices. */
  deviceIds: string[];
  /** Numbers of thin devices, as the kernel logs them. */
  thinDeviceIds: number[];
  /** Processes in whose mount tables a row was found. */
  pids: number[];
}

/**
 * Reads any text: an error of `docker rm`, a line of the daemon's or the kernel's log, rows of a mount table, of df or
 * docker ps, or a JSON record that holds one of these. Pure and total; a text that says nothing has reason `unknown`.
 */
export function classifyMessage(text: string): RemovalMessage {
  return readInspected(text) ?? readTable(text) ?? readSentence(plainMessage(text));
}

function readSentence(text: string): RemovalMessage {
  const reason = reasonIn(text);
  return {
    kind: kindOf(text, reason),
    cause: causeOf(reason),
    reason,
    generation: generationIn(text),
    driver: driverIn(text),
    containers: containersIn(text),
    names: namesIn(text),
    paths: pathsIn(text),
    mountIds: mountIdsIn(text),
    deviceIds: deviceIdsIn(text),
    thinDeviceIds: thinDeviceIdsIn(text),
    pids: [],
  };
}

function readTable(text: string): RemovalMessage | null {
  const rows = readRows(text);
  return rows === null ? null : combine(rows.map(fromRow));
}

function fromRow(row: Row): RemovalMessage {
  return {
    ...readSentence(row.telling),
    kind: row.kind,
    cause: causeOf(row.reason),
    reason: row.reason,
    paths: row.paths,
    names: row.names,
    pids: row.pids,
  };
}

function readInspected(text: string): RemovalMessage | null {
  const inspections = readInspection(text);
  if (inspections === null) return null;
  return combine(
    inspections.map(({ message, telling, names, driver, state }) => {
      const said = message === null ? null : classifyMessage(message);
      const own = { ...readSentence(telling), paths: [], names, driver };
      const reason = said?.reason ?? state ?? 'unknown';
      const kind = state === null && said !== null ? said.kind : 'inspect';
      return {
        ...combine(said === null ? [own] : [own, said]),
        kind,
        reason,
        cause: causeOf(reason),
      };
    }),
  );
}

const WEIGHT: Record<Cause, number> = {
  'busy-mount': 2,
  'device-busy': 1,
  other: 0,
};

/** Several messages as one: the one that says most of what is busy gives kind and reason, the lists are joined. */
function combine(messages: readonly RemovalMessage[]): RemovalMessage {
  const main = messages.reduce(
    (best, next) => (WEIGHT[next.cause] > WEIGHT[best.cause] ? next : best),
    messages[0] ?? readSentence(''),
  );
  const joined = <T>(list: (message: RemovalMessage) => readonly T[]) => unique(messages.flatMap(list));
  return {
    ...main,
    generation: main.generation ?? messages.find((message) => message.generation !== null)?.generation ?? null,
    driver: main.driver ?? messages.find((message) => message.driver !== null)?.driver ?? null,
    containers: withoutShortForms(joined((message) => message.containers)),
    names: joined((message) => message.names),
    paths: joined((message) => message.paths),
    mountIds: joined((message) => message.mountIds),
    deviceIds: joined((message) => message.deviceIds),
    thinDeviceIds: joined((message) => message.thinDeviceIds),
    pids: joined((message) => message.pids),
  };
}

const KERNEL_LOG = /^\[ *\d+\.\d+\] |\bkernel: |\bdevice-mapper: |\boverlayfs: /;
const DAEMON_LOG =
  /\blevel=\w|\bmsg="|\b(?:dockerd?(?:-current)?|containerd|kubelet)(?:\[\d+\])?: |Handler for [A-Z]+ |Error removing (?:mounted|init) layer |\bdevmapper: /;

function kindOf(text: string, reason: Reason): MessageKind {
  if (KERNEL_LOG.test(text)) return 'kernel-log';
  if (DAEMON_LOG.test(text)) return 'daemon-log';
  return reason === 'unknown' && !/\berror\b|\bfailed\b/i.test(text) ? 'unknown' : 'rm-error';
}
