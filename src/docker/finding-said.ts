import type { JsonObject } from '../core/json.ts';
import type { Container } from './daemon.ts';
import type { LogMessage } from './log-messages.ts';
import { classifyMessage, type RemovalMessage } from './removal-error.ts';

/** Something that the daemon or the kernel said of a removal. */
export interface Said {
  readonly source: 'State.Error' | LogMessage['source'];
  readonly at: string | undefined;
  readonly text: string;
  readonly message: RemovalMessage;
}

/** With what their words mean; only those that tell of a failed removal. */
export const failuresIn = (messages: readonly LogMessage[]): Said[] =>
  messages
    .map((line) => ({ ...line, message: classifyMessage(line.text) }))
    .filter(({ message: { kind, reason } }) => kind !== 'unknown' && reason !== 'unknown');

/** Of one container, the newest last: its State.Error, then what the logs have about it. */
export function saidOf(container: Container, logged: readonly Said[]): Said[] {
  const { error } = container;
  const told = { source: 'State.Error', at: undefined, text: error, message: classifyMessage(error) } as const;
  return [...(error === '' ? [] : [told]), ...logged.filter(({ message }) => isAbout(message, container))];
}

function isAbout({ containers, names, mountIds, deviceIds }: RemovalMessage, { id, name, layer }: Container): boolean {
  if (containers.some((told) => id.startsWith(told)) || names.some((told) => told.replace(/^\//, '') === name))
    return true;
  return layer !== undefined && [...mountIds, ...deviceIds].some((told) => told.replace(/-init$/, '') === layer);
}

/** Logs repeat themselves: each wording once, with how often; the newest few. */
const SHOWN = 4;

export function saidLines(said: readonly Said[]): string[] {
  const times = new Map<string, number>();
  for (const { source, text } of said) times.set(`${source} ${text}`, (times.get(`${source} ${text}`) ?? 0) + 1);
  const newest = new Map(said.map((one) => [`${one.source} ${one.text}`, one]));
  const lines = [...newest].map(([key, one]) => saidLine(one, times.get(key) ?? 1));
  const left = lines.length - SHOWN;
  return left > 0 ? [...lines.slice(-SHOWN), `and ${left} other messages`] : lines;
}

function saidLine({ source, at, text, message }: Said, times: number): string {
  const when = at === undefined ? '' : ` ${at}`;
  const often = times > 1 ? ` (${times} times)` : '';
  return `${source}${when}${often}: ${text.trim()} [${meaning(message)}]`;
}

/** `busy-mount, overlay2, docker 18.04–28.1` */
const meaning = ({ cause, reason, driver, generation }: RemovalMessage): string =>
  [cause === 'other' ? reason : cause, driver, generation].filter((word) => word !== null).join(', ');

export function saidData({ source, at, text, message }: Said): JsonObject {
  const { cause, reason, generation, driver, containers, paths, mountIds } = message;
  return { source, at: at ?? null, text, cause, reason, generation, driver, containers, paths, mountIds };
}
