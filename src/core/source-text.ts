import { type Diagnostic, InputError, type SourceLocation } from './diagnostic.ts';
import type { Rule } from './rule.ts';

/** A part of a text by offsets, end-exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface FindingOptions {
  readonly severity?: 'error' | 'warning';
  readonly todo?: string | undefined;
  readonly rule?: Rule;
}

/** The text of one file that a person wrote, able to say where in it something was found. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  private readonly lineStarts: readonly number[];
  /** Characters of two UTF-16 units: where each one's second is. */
  private readonly wide: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.lineStarts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (m) => m.index + m[0].length)];
    this.wide = Array.from(text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g), (m) => m.index + 1);
  }

  at(offset: number): SourceLocation {
    const line = this.lineIndex(offset);
    return { file: this.file, line: line + 1, column: this.characters(this.lineStart(line), offset) + 1 };
  }

  /** What a person sees: message, place, the source line and how much of it is meant. */
  finding(span: Span, message: string, options: FindingOptions = {}): Diagnostic {
    const start = Math.min(Math.max(span.start, 0), this.text.length);
    const line = this.lineIndex(start);
    const source = this.lineText(line);
    const end = Math.min(span.end, this.lineStart(line) + source.length);
    return {
      severity: options.severity ?? 'error',
      ...(options.rule === undefined ? {} : { rule: options.rule }),
      message,
      at: this.at(start),
      ...(source.length > LONGEST_LINE ? {} : { source }),
      length: Math.max(1, this.characters(start, Math.max(start, end))),
      ...(options.todo === undefined ? {} : { todo: options.todo }),
    };
  }

  private lineIndex(offset: number): number {
    return Math.max(0, countBelow(this.lineStarts, offset + 1) - 1);
  }

  private lineStart(line: number): number {
    return this.lineStarts[line] ?? this.text.length;
  }

  private lineText(line: number): string {
    let end = this.lineStart(line + 1);
    while (end > this.lineStart(line) && /[\r\n]/.test(this.text.charAt(end - 1))) end--;
    return this.text.slice(this.lineStart(line), end);
  }

  private characters(start: number, end: number): number {
    return end - start - (countBelow(this.wide, end) - countBelow(this.wide, start + 1));
  }
}

/** How many of ascending numbers are less than a limit: thousands of findings may stand in one line of a megabyte. */
function countBelow(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Nobody reads a longer one; its place is told. */
const LONGEST_LINE = 10_000;

const MIB = 1024 * 1024;

/** Decodes the bytes of a user's file. @throws InputError where they are too many, not UTF-8 or hold a NUL. */
export function decodeSource(bytes: Uint8Array, file: string, maxBytes = MIB): SourceText {
  if (bytes.length > maxBytes) {
    throw refuse(
      file,
      `the file is ${bytes.length} bytes; at most ${maxBytes} are read`,
      'split it into several files',
    );
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw refuse(file, 'the file is UTF-16, not UTF-8', 'save it as UTF-8');
  }
  const text = new TextDecoder('utf-8').decode(bytes); // leaves a BOM out
  const source = new SourceText(file, text);
  const invalid = text.includes('\ufffd') ? firstInvalid(bytes, text) : -1;
  if (invalid >= 0) {
    throw new InputError([
      source.finding(one(invalid), 'this byte is not UTF-8', {
        rule: 'unreadable-file',
        todo: 'save the file as UTF-8',
      }),
    ]);
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    throw new InputError([
      source.finding(one(nul), 'the file holds a NUL byte; this is not a text file', { rule: 'unreadable-file' }),
    ]);
  }
  return source;
}

const one = (offset: number): Span => ({ start: offset, end: offset + 1 });

const refuse = (file: string, message: string, todo: string): InputError =>
  new InputError([{ severity: 'error', rule: 'unreadable-file', message, todo, at: { file, line: 1, column: 1 } }]);

/** The offset in the leniently decoded text of the first replaced byte, -1 where every U+FFFD was written as such. */
function firstInvalid(bytes: Uint8Array, text: string): number {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const again = new TextEncoder().encode(text);
  const same = again.length === bytes.length - bom && again.every((byte, i) => byte === bytes[i + bom]);
  if (same) return -1;
  let byte = bom;
  for (let i = 0; i < text.length; i++) {
    const written =
      text[i] === '\ufffd' && !(bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd);
    if (written) return i;
    byte += utf8Length(text.charCodeAt(i));
  }
  return -1;
}

/** Bytes of one UTF-16 unit; a surrogate pair is 4, 2 for each half. */
const utf8Length = (unit: number): number =>
  unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
