import type { SourceLocation } from '../core/diagnostic.ts';
import type { Json } from '../core/json.ts';
import type { PlacedSecret } from '../core/secret.ts';
import type { SourceText } from '../core/source-text.ts';

/** Where something was written. Without a start: in a text that has no lines of a person's, such as a program's answer. */
export interface Place {
  readonly source: SourceText;
  readonly start?: number;
}

/** What a variable holds. `json` has a mask where a secret belongs; paths of secrets begin inside the value. */
export interface Value {
  readonly json: Json;
  readonly secrets: readonly PlacedSecret[];
}

/** A value as it was set at one place, and what it replaced in the same group or host. */
export interface Setting extends Value {
  readonly place: Place;
  readonly hid?: Setting;
}

/** The variables of one group or host, from one level. */
export type Variables = Map<string, Setting>;

export function assign(vars: Variables, name: string, value: Value, place: Place): void {
  const hid = vars.get(name);
  vars.set(name, { ...value, place, ...(hid && { hid }) });
}

export const locationOf = ({ source, start = 0 }: Place): SourceLocation => source.at(start);

/** `file:line:column`, for people. */
export function placeText(place: Place): string {
  const { file, line, column } = locationOf(place);
  return place.start === undefined ? file : `${file}:${line}:${column}`;
}
