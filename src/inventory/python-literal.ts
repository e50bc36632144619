import type { Json } from '../core/json.ts';

/**
 * What Python's `ast.literal_eval` makes of an INI value, as Ansible reads it: `True`, `8080`, `'x'`, `[1, 2]`.
 * Undefined where it is no literal; the value is then the text itself.
 */
export function pythonLiteral(text: string): Json | undefined {
  const parser = new LiteralParser(text);
  const value = parser.value(0);
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

  value(depth: number): Json | undefined {
    if (depth > MAX_DEPTH) return undefined;
    this.match(/\s*/y);
    const c = this.text[this.at];
    if (c === '[' || c === '(') return this.sequence(c === '[' ? ']' : ')', depth);
    if (c === '{') return this.dict(depth);
    if (c === "'" || c === '"') return this.string();
    return this.word();
  }

  private word(): Json | undefined {
    const word = this.match(/[-+]?[\w.]+(?:(?<=[eE])[-+]\d+)?/y);
    if (word === undefined) return undefined;
    if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word];
    return pythonNumber(word);
  }

  private string(): string | undefined {
    const literal = this.match(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y);
    return literal?.slice(1, -1).replace(/\\(n|t|r|\\|'|")/g, (_, c: string) => ESCAPES[c] ?? c);
  }

  private sequence(close: string, depth: number): Json | undefined {
    this.at++;
    const items: Json[] = [];
    let comma = true;
    while (!this.eat(close)) {
      const item = comma ? this.value(depth + 1) : undefined;
      if (item === undefined) return undefined;
      items.push(item);
      comma = this.eat(',');
    }
    // ('a') is a string in brackets, ('a',) a tuple.
    return close === ')' && items.length === 1 && !comma ? items[0] : items;
  }

  private dict(depth: number): Json | undefined {
    this.at++;
    const entries: [string, Json][] = [];
    let comma = true;
    while (!this.eat('}')) {
      const key = comma ? this.value(depth + 1) : undefined;
      const value = typeof key === 'string' && this.eat(':') ? this.value(depth + 1) : undefined;
      if (typeof key !== 'string' || value === undefined) return undefined;
      entries.push([key, value]);
      comma = this.eat(',');
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
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

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
