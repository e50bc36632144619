import { busyTexts } from './busy-texts.ts';
import { explanationLines } from './explanation-layout.ts';
import type { Generation } from './message-generation.ts';
import { readInspection } from './message-inspection.ts';
import type { Reason } from './message-reason.ts';
import { splitMessages } from './message-text.ts';
import type { ReasonText } from './remedies.ts';
import { classifyMessage, type RemovalMessage } from './removal-error.ts';
import { stateTexts } from './state-texts.ts';
import { storageTexts } from './storage-texts.ts';

export interface Explanation {
  title: string;
  meaning: string;
  /** In the order in which to try them; the least harmful first. */
  todo: string[];
}

/** Complete by its type: a reason without a text does not compile. */
const REASON_TEXTS: Readonly<Record<Reason, ReasonText>> = {
  ...busyTexts,
  ...storageTexts,
  ...stateTexts,
};

/** What a message means and what to do about it. Nothing of the message's own text is in it. */
export function explain(message: RemovalMessage): Explanation {
  const { title, meaning, todo } = REASON_TEXTS[message.reason];
  return {
    title,
    meaning: [meaning, ...notes(message)].join(' '),
    todo: [...todo],
  };
}

/** What else this very message tells, beyond its reason. */
function notes(message: RemovalMessage): string[] {
  if (message.cause === 'other') return [];
  const found: string[] = [];
  if (message.paths.some((path) => path.includes('/diff/'))) {
    found.push('The path lies inside a layer and is itself no mountpoint.');
  }
  if (message.paths.some((path) => /\/(?:volumes|kubelet)\//.test(path))) {
    found.push('The path lies in a volume: it holds data, and no remedy here may touch it.');
  }
  if (message.generation !== null && FORGETS.has(message.generation)) {
    found.push('Do not force the removal: before 17.06 docker then forgets the container while its files stay.');
  }
  if (message.containers.length === 0 && message.names.length > 0) {
    found.push(
      'The message has no container id, only what was typed: look the full id up with docker ps -a --no-trunc.',
    );
  }
  return found;
}

/** Versions whose forced removal drops the container from the list even when it fails (docs/docker-facts.md §0.4). */
const FORGETS: ReadonlySet<Generation> = new Set([
  'docker ≤1.8',
  'docker 1.8–1.9',
  'docker 1.10',
  'docker 1.9–17.05, or RHEL/CentOS 1.12–1.13',
  'RHEL/CentOS docker 1.12–1.13',
]);

/** For a terminal, without colour; what comes from the message is escaped. */
export function formatExplanation(message: RemovalMessage): string {
  return explanationLines({ ...explain(message), facts: facts(message) }).join('\n');
}

function facts(message: RemovalMessage): [string, string][] {
  const lists: [string, readonly (string | number)[]][] = [
    ['container', message.containers],
    ['name', message.names],
    ['path', message.paths],
    ['layer', message.mountIds],
    ['device', message.deviceIds],
    ['thin device', message.thinDeviceIds],
    ['process', message.pids],
  ];
  return [
    ['cause', `${message.cause} (${message.reason})`],
    ['driver', message.driver ?? 'the message does not tell'],
    ['written by', message.generation ?? 'the message does not tell'],
    ...lists.flatMap(([name, values]) => values.map((value): [string, string] => [name, String(value)])),
  ];
}

export interface ExplanationJson extends RemovalMessage, Explanation {}

/** All that is known of a message, as one plain object; `cause`, `containers`, `paths` and `driver` are the contract. */
export function explanationJson(message: RemovalMessage): ExplanationJson {
  const { cause, containers, paths, driver, ...rest } = message;
  return { cause, containers, paths, driver, ...rest, ...explain(message) };
}

/** Of one message, whatever lines it has: a text of several lines, or one line of JSON. */
export function explainMessage(text: string, output: 'text' | 'json'): string {
  const message = classifyMessage(text);
  return output === 'json' ? jsonLine(message) : formatExplanation(message);
}

/**
 * One output for each message of a pasted log or of standard input, a line each.
 * Empty lines are no messages; a log record that was wrapped is one, and so is what docker inspect prints.
 */
export function explainLines(input: string, output: 'text' | 'json'): string[] {
  const messages = readInspection(input) === null ? splitMessages(input) : [input];
  return messages.map((message) => explainMessage(message, output));
}

/** JSON.stringify leaves C1 controls and direction marks as they are; a terminal obeys them. */
function jsonLine(message: RemovalMessage): string {
  return JSON.stringify(explanationJson(message)).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
