import { isDeepStrictEqual } from 'node:util';
import type { Change } from './change.ts';
import type { ForetoldChange, ForetoldStep } from './saved-plan.ts';

/**
 * What differs between two foretellings of one host, a line each; none: they are the same, in the same order. The host is as it
 * was only then: all that a look tells of a change counts, also what is there before it.
 */
export function differences(approved: readonly ForetoldStep[], now: readonly ForetoldStep[]): readonly string[] {
  const [then, today] = [flat(approved), flat(now)];
  if (then.length > 1 && today.length === 0) return ['nothing that was approved is to be done any more'];
  const rest = [...today];
  const told = then.flatMap((one) => {
    const i = rest.findIndex((other) => isSamePlace(one, other));
    const [other] = i < 0 ? [] : rest.splice(i, 1);
    if (other === undefined) return [`approved, and not to be done now: ${one.change.summary}`];
    return fieldsOf(one.change, other.change);
  });
  const more = rest.map(({ change }) => `not approved: ${change.summary}`);
  const all = [...told, ...more];
  const isSameOrder = then.every((one, i) => today[i] !== undefined && isSamePlace(one, today[i]));
  return all.length > 0 || isSameOrder ? all : ['the same changes in another order'];
}

interface Placed {
  readonly play: number;
  readonly step: string;
  readonly change: ForetoldChange;
}

const flat = (steps: readonly ForetoldStep[]): Placed[] =>
  steps.flatMap(({ play, step, changes }) => changes.map((change) => ({ play, step, change: asJson(change) })));

/** As a file keeps it. */
const asJson = (change: ForetoldChange): ForetoldChange => JSON.parse(JSON.stringify(change));

const isSamePlace = (one: Placed, other: Placed): boolean =>
  one.play === other.play && one.step === other.step && one.change.resource === other.change.resource;

const FIELDS = ['summary', 'before', 'after', 'risk', 'stops', 'gone', 'may'] as const;

/** The first field that differs tells enough. */
function fieldsOf(approved: ForetoldChange, now: ForetoldChange): string[] {
  const field = FIELDS.find((name) => !isDeepStrictEqual(approved[name], now[name]));
  if (field === undefined) return [];
  const name = field === 'summary' ? '' : `${approved.summary}: ${field}: `;
  return [`${name}approved was ${valueText(approved[field])}, it is ${valueText(now[field])} now`];
}

const LONGEST = 120;

function valueText(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/**
 * The first change that nobody has approved; undefined: all are. `made`: what was made of the approved ones already, each of
 * which stands for one. By what a change comes to, as "check predicts what run does" is meant: what is there before it has
 * changed with the run's own changes.
 */
export function firstNotApproved<C extends Change>(
  approved: readonly ForetoldChange[],
  made: readonly Change[],
  planned: readonly C[],
): C | undefined {
  const left = [...approved];
  const take = (change: Change): boolean => {
    const i = left.findIndex((one) => comesToTheSame(one, change));
    if (i >= 0) left.splice(i, 1);
    return i >= 0;
  };
  for (const change of made) take(change);
  return planned.find((change) => !take(change));
}

const comesToTheSame = (approved: ForetoldChange, change: Change): boolean =>
  approved.resource === change.resource &&
  approved.risk === change.risk &&
  isDeepStrictEqual(approved.after, change.after) &&
  isDeepStrictEqual(approved.gone, change.gone) &&
  stopsNoMore(approved.stops, change.stops);

function stopsNoMore(approved: Change['stops'] = 0, now: Change['stops'] = 0): boolean {
  return approved === 'unknown' || (now !== 'unknown' && now <= approved);
}
