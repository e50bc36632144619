import { printable } from '../core/printable.ts';
import type { ReasonText } from './remedies.ts';

export interface Explained extends ReasonText {
  /** Name and value, a line each; values may be a host's own words. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** For a terminal, without colour: a title, facts, what it means, what to do. */
export function explanationLines({ title, facts, meaning, todo }: Explained): string[] {
  return [
    title,
    '',
    ...facts.map(([name, value]) => `  ${name.padEnd(11)} ${printable(value)}`),
    '',
    'What it means',
    ...wrap(meaning).map((line) => `  ${line}`),
    '',
    'What to do',
    // A command is not broken over lines: it is there to be copied.
    ...todo.map((step, index) => `  ${index + 1}. ${step}`),
  ];
}

const WIDTH = 96;

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (lines.length === 0 || line.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines;
}
