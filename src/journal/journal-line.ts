import { createHash } from 'node:crypto';
import type { RunEvent } from '../core/event.ts';

/** An event as a journal's line: JSON whose last field, `sum`, tells whether the rest is still what was written. */
export function journalLine(event: RunEvent): string {
  const json = JSON.stringify(event);
  return `${json.slice(0, -1)},"sum":"${sumOf(json)}"}\n`;
}

/** The JSON of a line without its sum. `isDamaged`: a bit of it is not as it was. A line without a sum tells nothing of that. */
export function readLine(line: string): {
  readonly json: string;
  readonly hasSum: boolean;
  readonly isDamaged: boolean;
} {
  const [all = '', sum] = SUM.exec(line) ?? [];
  if (sum === undefined) return { json: line, hasSum: false, isDamaged: false };
  const json = `${line.slice(0, -all.length)}}`;
  return { json, hasSum: true, isDamaged: sumOf(json) !== sum };
}

const SUM = /,"sum":"([^"]*)"\}$/;
const sumOf = (json: string): string => createHash('sha256').update(json).digest('hex').slice(0, 16);
