import type { Json } from '../core/json.ts';
import { pythonStrings, STRING } from './python-string.ts';

/**
 * What Python's `ast.literal_eval` makes of an INI value, as Ansible reads it: `True`, `8080`, `'x'`, `[1, 2]`.
 * Undefined where it is no literal; the value is then the text itself.
 */
export function pythonLiteral(text: string): Json | undefined {
  const parser = new LiteralParser(text);
  const value = parser.whole();
  return value !== undefined && parser.atEnd() ? value : undefined;
}

const MAX_DEPTH = 32;

class LiteralParser {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** A comment may follow, as Python's tokenizer allows. */
  atEnd(): boolean {
    return this.match(/\s*(#.*)?$/y) !== undefined;
  }

  /** A tuple needs no brackets here: `80,443`. */
  whole(): Json | undefined {
    const first = this.value(0);
    if (first === undefined || !this.eat(',')) return first;
    return this.items([first], () => this.atEnd(), 0);
  }

  value(depth: number): Json | undefined {
    if (depth > MAX_DEPTH) return undefined;
    this.match(/\s*/y);
    const c = this.text[this.at];
    if (c === '[' || c === '(') return this.sequence(c === '[' ? ']' : ')', depth);
    if (c === '{') return this.dict(depth);
    return this.strings() ?? this.word();
  }

  private word(): Json | undefined {
    const word = this.match(/(?:[-+]\s*)?[\w.]+(?:(?<=[eE])[-+]\d+)?/y);
    if (word === undefined) return undefined;
    if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word];
    return pythonNumber(word.replace(/\s/g, ''));
  }

  /** Strings side by side are one. */
  private strings(): string | undefined {
    const literals: string[] = [];
    for (let next = this.match(STRING); next !== undefined; next = this.match(STRING)) literals.push(next);
    return literals.length === 0 ? undefined : pythonStrings(literals);
  }

  private sequence(close: string, depth: number): Json | undefined {
    this.at++;
    if (this.eat(close)) return [];
    const first = this.value(depth + 1);
    if (first === undefined) return undefined;
    // ('a') is a string in brackets, ('a',) a tuple.
    if (!this.eat(',')) return this.eat(close) ? (close === ')' ? first : [first]) : undefined;
    return this.items([first], () => this.eat(close), depth);
  }

  /** The items behind a first one and its comma. */
  private items(items: Json[], ends: () => boolean, depth: number): Json | undefined {
    for (let comma = true; !ends(); comma = this.eat(',')) {
      const item = comma ? this.value(depth + 1) : undefined;
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  private dict(depth: number): Json | undefined {
    this.at++;
    const entries: [string, Json][] = [];
    for (let comma = true; !this.eat('}'); comma = this.eat(',')) {
      const key = comma ? this.value(depth + 1) : undefined;
      const named = typeof key === 'string' || typeof key === 'number' || key === null;
      const value = named && this.eat(':') ? this.value(depth + 1) : undefined;
      if (value === undefined) return undefined;
      entries.push([String(key), value]);
    }
    return Object.fromEntries(entries);
  }

  private eat(character: string): boolean {
    this.match(/\s*/y);
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

const CONSTANTS: Readonly<Record<string, Json>> = { True: true, False: false, None: null };

/** `0644` is a syntax error in Python, so it stays text; so does a number that would not be kept exactly. */
function pythonNumber(word: string): number | undefined {
  const digits = word.replace(/(?<=[\da-fA-F])_(?=[\da-fA-F])/g, '');
  if (/^[-+]?(0+|[1-9]\d*|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(digits)) {
    const negative = digits.startsWith('-');
    const value = Number(digits.replace(/^[-+]/, ''));
    return Number.isSafeInteger(value) ? (negative && value !== 0 ? -value : value) : undefined;
  }
  if (!/^[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?$/.test(digits) || /^[-+]?0\d+$/.test(digits)) return undefined;
  return Number.isFinite(Number(digits)) ? Number(digits) : undefined;
}
