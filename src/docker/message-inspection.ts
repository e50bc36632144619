/** JSON that people paste: docker inspect, an answer of the daemon's API, a record of `journalctl -o json` or of a JSON log. */
import { type Driver, driverIn } from './message-paths.ts';
import type { Reason } from './message-reason.ts';

export interface Inspection {
  /** The message inside, e.g. State.Error. */
  message: string | null;
  /** Words in which ids are told as in a message. */
  telling: string;
  names: string[];
  driver: Driver | null;
  /** Null where the record is only a wrapper around the message. */
  state: Reason | null;
}

/** One for each object; null for a text that is no JSON object or list of objects. */
export function readInspection(text: string): Inspection[] | null {
  const value = parseJson(text.trim());
  const objects = Array.isArray(value) ? value : [value];
  return objects.length > 0 && objects.every(isObject) ? objects.map(inspect) : null;
}

type JsonObject = { [key: string]: unknown };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function parseJson(text: string): unknown {
  if (!text.startsWith('{') && !text.startsWith('[')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A text that only looks like JSON, e.g. `[449954.516381] device-mapper: …`, is read as a message.
  }
}

function inspect(record: JsonObject): Inspection {
  const state = isObject(record.State) ? record.State : record;
  const graph = isObject(record.GraphDriver) ? record.GraphDriver : record;
  const isGraph = 'Data' in graph;
  const id = textOf(record.Id) ?? textOf(record.ID);
  const name = isGraph && graph === record ? null : textOf(record.Name);
  return {
    message: messageOf(state) ?? messageOf(record),
    telling: [id === null ? '' : `container ${id}`, ...layerWords(graph.Data)].join(' '),
    names: name === null ? [] : [name],
    driver: driverIn(`driver ${(isGraph ? textOf(graph.Name) : null) ?? textOf(record.Driver)} `),
    state: stateReason(state, isGraph && graph.Data === null),
  };
}

/** State.Error · the journal's MESSAGE · the API's message · logrus' msg · the json-file driver's log. */
function messageOf(record: JsonObject): string | null {
  const keys = ['Error', 'MESSAGE', 'message', 'msg', 'log'];
  return keys.map((key) => textOf(record[key])).find((text) => text !== null) ?? null;
}

/** LowerDir is left out: those layers are the image's. */
function layerWords(data: unknown): string[] {
  if (!isObject(data)) return [];
  return ['UpperDir', 'MergedDir', 'DeviceName'].flatMap((key) => textOf(data[key]) ?? []);
}

function stateReason(state: JsonObject, isDataGone: boolean): Reason | null {
  const status = textOf(state.Status);
  if (state.Dead === true || status === 'dead') return 'listed-dead';
  if (status === 'removing') return 'listed-removing';
  if (status !== null) return 'listed-alive';
  return isDataGone ? 'layer-released' : null;
}
