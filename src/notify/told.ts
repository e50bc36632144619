import type { Json } from '../core/json.ts';
import type { Problem } from './problem.ts';

/** What each way of notifying was told last: one that could not be reached is told of it all later. */
export type Told = ReadonlyMap<string, readonly Problem[]>;

/** For a file. */
export const toldText = (told: Told): string => `${JSON.stringify({ version: 1, told: Object.fromEntries(told) })}\n`;

/** @throws Error where the text is not that of `toldText` */
export function parseTold(text: string): Told {
  const value = JSON.parse(text) as Json;
  const { version, told } = Object(value);
  if (version !== 1 || typeof told !== 'object' || told === null) throw new Error('not what this unwedge has written');
  return new Map(Object.entries(told).map(([way, problems]) => [way, problemsIn(problems)]));
}

function problemsIn(value: unknown): readonly Problem[] {
  if (!Array.isArray(value)) throw new Error('problems are a list');
  for (const one of value) {
    const isText = (field: string) => typeof Object(one)[field] === 'string';
    if (!FIELDS.every(isText)) throw new Error('a problem lacks something');
  }
  return value;
}

const FIELDS: readonly (keyof Problem)[] = ['kind', 'host', 'code', 'subject', 'severity', 'message'];
