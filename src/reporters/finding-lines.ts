import type { Finding, Severity } from '../core/finding.ts';
import { displayWidth } from './display-width.ts';
import type { Style } from './style.ts';

/** `UW001 critical`, in the severity's colour. */
export const label = ({ code, severity }: Pick<Finding, 'code' | 'severity'>, style: Style): string =>
  coloured(severity, style)(`${code} ${severity}`);

/** What stands below a finding: what to do about it; with -v what it was concluded from, and what to do about mere information. */
export function tailOf({ severity, remedy, evidence }: Finding, verbose: number): string[] {
  return [
    ...(verbose > 0 ? evidence.map((line) => `· ${line}`) : []),
    ...(severity !== 'info' || verbose > 0 ? [`→ ${remedy}`] : []),
  ];
}

/** Where the words begin behind the longest label. */
const MARGIN = 'UW001 critical  '.length;

export const findingLine = ({ code, severity, message }: Finding): string =>
  `${code} ${severity}`.padEnd(MARGIN) + message;

/** For a summary: the finding, and its tail below its words. */
export const findingBlock = (finding: Finding, verbose: number): [string, ...string[]] => [
  findingLine(finding),
  ...tailOf(finding, verbose).map((line) => ' '.repeat(MARGIN) + line),
];

/** Lines of a summary on a screen: no longer than it is wide, in colour. */
export const onScreen = (lines: readonly string[], columns: number, style: Style): string[] =>
  lines.flatMap((line) => wrapped(line, columns).map((part) => painted(part, style)));

const BEGIN = /^ *(?:UW\d{3} (?:critical|warning|info) +|[→·] )?/;

/** A line that goes on below its words. A word that is too long for a line has one of its own. */
export function wrapped(line: string, columns: number): string[] {
  const [begin = ''] = BEGIN.exec(line) ?? [];
  const lines = [begin];
  for (const word of line.slice(begin.length).split(/ +/)) {
    const last = lines.at(-1) ?? '';
    const isFirst = lines.length === 1 ? last === begin : last.trim() === '';
    const longer = isFirst ? last + word : `${last} ${word}`;
    if (isFirst || displayWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(' '.repeat(displayWidth(begin)) + word);
  }
  return lines;
}

function painted(line: string, style: Style): string {
  const [, indent = '', code = '', severity = ''] = /^( *)(UW\d{3}) (critical|warning|info)\b/.exec(line) ?? [];
  if (code !== '') {
    const text = `${code} ${severity}`;
    return indent + coloured(severity as Severity, style)(text) + line.slice(indent.length + text.length);
  }
  return line.replace(/^( *)(→ .*)/, (_, indent: string, text: string) => indent + style.cyan(text));
}

function coloured(severity: Severity, style: Style): (text: string) => string {
  switch (severity) {
    case 'critical':
      return style.red;
    case 'warning':
      return style.yellow;
    case 'info':
      return style.dim;
    default:
      return severity satisfies never;
  }
}
