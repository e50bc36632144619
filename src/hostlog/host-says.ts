import type { Change, Risk } from '../core/change.ts';
import type { EventOf } from '../core/event.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { type Machine, machineIn } from '../core/machine.ts';
import { isRunId } from '../core/run-id.ts';

/**
 * What may be taken of a record that a host keeps. Whoever is root there can write anything into it, so this is a whitelist: each
 * field by its type and length; all others, such as a run's call, are left where they are. undefined: it is no such record.
 */
type Fields<T> = { readonly [Key in keyof T]: (value: unknown) => T[Key] | undefined };

/** A run as its host has it. `accounts`: as whom it worked there, null: as who logs in; left out where that is not told. */
export interface StartedOnHost {
  readonly run: string;
  readonly at: string;
  readonly playbooks: readonly string[];
  readonly accounts?: readonly (string | null)[];
}

/** A change as its host has it. As whom it was made, the place where it was found tells. */
export type ChangeOnRecord = Omit<EventOf<'change.applying'>, 'host' | 'become'>;

const LONGEST_TEXT = 16_384;
const MOST_ITEMS = 10_000;
const DEEPEST = 40;
const LARGEST_SEQ = 1_000_000;
/** Seconds; no step is given more. */
const WEEK = 604_800;

export function startedOf(json: string): StartedOnHost | undefined {
  const value = parsed(json);
  if (value?.type !== 'run.started' || value.version !== 1 || value.mode !== 'run') return undefined;
  const given = taken<Omit<StartedOnHost, 'accounts'>>(value, { run: runId, at: moment, playbooks: listOf(text) });
  return given && withOptional<StartedOnHost>(given, value, { accounts: listOf(account) });
}

/** Which machine the host was. */
export const machineOf = (json: string): Machine | undefined => machineIn(parsed(json));

export function changeOf(json: string): ChangeOnRecord | undefined {
  const value = parsed(json);
  if (value?.type !== 'change.applying') return undefined;
  const type = (): 'change.applying' => 'change.applying';
  const given = taken<Omit<ChangeOnRecord, 'deadline' | 'scrubbed'>>(value, {
    ...{ at: moment, type, seq: wholeUpTo(LARGEST_SEQ), step: text, stepType: word, change },
  });
  return given && withOptional<ChangeOnRecord>(given, value, { deadline: seconds, scrubbed: isTrue });
}

function change(value: unknown): Change | undefined {
  if (!isObject(value)) return undefined;
  const given = taken<Pick<Change, 'resource' | 'summary' | 'before' | 'after' | 'risk'>>(value, {
    ...{ resource: text, summary: text, before: json, after: json, risk },
  });
  return given && withOptional<Change>(given, value, { gone: listOf(text), stops, may: flag, data: object });
}

/** Optional fields that are there but are not what they should be make all of it none: it is not known what it would mean. */
function withOptional<T extends object>(given: T, from: JsonObject, fields: Partial<Fields<T>>): T | undefined {
  const own = Object.keys(fields).filter((key) => Object.hasOwn(from, key));
  const more = taken(from, Object.fromEntries(own.map((key) => [key, fields[key as keyof T]])) as Fields<Partial<T>>);
  return more && { ...given, ...more };
}

function taken<T>(from: JsonObject, fields: Fields<T>): T | undefined {
  const all: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T & string)[]) {
    const value = Object.hasOwn(from, key) || key === 'type' ? fields[key](from[key]) : undefined;
    if (value === undefined) return undefined;
    all[key] = value;
  }
  return all as T;
}

const RISKS: readonly unknown[] = [
  'none',
  'container-restart',
  'daemon-restart',
  'reboot',
  'data-loss',
] satisfies Risk[];
const risk = (value: unknown): Risk | undefined => (RISKS.includes(value) ? (value as Risk) : undefined);
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= LONGEST_TEXT ? value : undefined;
const matching =
  (pattern: RegExp) =>
  (value: unknown): string | undefined =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;
const word = matching(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
const moment = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/);
const userName = matching(/^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,127}$/);
const account = (value: unknown): string | null | undefined => (value === null ? null : userName(value));
const runId = (value: unknown): string | undefined => (typeof value === 'string' && isRunId(value) ? value : undefined);
const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
const seconds = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 && value <= WEEK ? value : undefined;
const isTrue = (value: unknown): true | undefined => (value === true ? value : undefined);
const wholeUpTo =
  (most: number) =>
  (value: unknown): number | undefined =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most ? value : undefined;
const stops = (value: unknown): number | 'unknown' | undefined =>
  value === 'unknown' ? value : wholeUpTo(LARGEST_SEQ)(value);

function listOf<T>(item: (value: unknown) => T | undefined): (value: unknown) => readonly T[] | undefined {
  return (value) => {
    if (!Array.isArray(value) || value.length > MOST_ITEMS) return undefined;
    const items = value.map(item).filter((one) => one !== undefined);
    return items.length === value.length ? items : undefined;
  };
}

/** Its size is that of the answer, which has a limit; its depth would end who walks it. */
const json = (value: unknown): Json | undefined => (isShallow(value, DEEPEST) ? (value as Json) : undefined);
const object = (value: unknown): JsonObject | undefined => (isObject(value) ? (json(value) as JsonObject) : undefined);

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** undefined: torn, or no object. */
function parsed(json: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
