import { type Event, parseEvents, YAMLException } from 'js-yaml';

/** What a text's parser found. Offsets are those of `text`; `original` gives where that is in what was parsed. */
export interface Parsed {
  readonly events: Event[];
  readonly text: string;
  readonly original: (offset: number) => number;
}

/** A syntax error at an offset of the original text. */
export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError';
  readonly offset: number;

  constructor(reason: string, offset: number, cause: unknown) {
    super(reason, { cause });
    this.offset = offset;
  }
}

/** Each costs one more parse of the whole text. */
const MAX_REPAIRS = 200;

/**
 * YAML's events. To PyYAML, and so to Ansible, indentation means nothing inside brackets and quotes; js-yaml holds to the
 * specification, which wants each of their lines indented further than the key. With `anyIndent` such lines are indented
 * before they are parsed, which changes no value.
 * @throws YamlSyntaxError
 */
export function parsedEvents(text: string, options: { maxDepth: number; anyIndent: boolean }): Parsed {
  const indented = new IndentedText(text);
  for (let repairs = 0; ; repairs++) {
    try {
      const events = parseEvents(indented.text, { maxDepth: options.maxDepth });
      return { events, text: indented.text, original: (offset) => indented.original(offset) };
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      const offset = error.mark?.position ?? 0;
      const mayRepair = options.anyIndent && repairs < MAX_REPAIRS && error.reason.startsWith('deficient indentation');
      if (!mayRepair || !indented.indentFrom(offset)) {
        throw new YamlSyntaxError(error.reason, indented.original(offset), error);
      }
    }
  }
}

/** A text some of whose lines were indented further. */
class IndentedText {
  text: string;
  /** In the text as it is now, ascending: where a line begins that was indented. */
  private readonly starts: number[] = [];
  /** Deeper than any key. */
  private readonly indent: string;

  constructor(text: string) {
    this.text = text;
    this.indent = ' '.repeat([...text.matchAll(/^ */gm)].reduce((most, [{ length }]) => Math.max(most, length), 0) + 1);
  }

  original(offset: number): number {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const last = low === 0 ? undefined : this.starts[low - 1];
    if (last === undefined) return offset;
    return Math.max(last - (low - 1) * this.indent.length, offset - low * this.indent.length);
  }

  /** Indents the line of an offset inside brackets or quotes, and those behind it up to where these are closed. False: nothing is to be done. */
  indentFrom(offset: number): boolean {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1;
    if (start <= (this.starts.at(-1) ?? -1)) return false;
    const lines = this.text.slice(start, Math.max(closeBehind(this.text, offset), offset) + 1).split('\n');
    // A document's marker ends what is not closed, for PyYAML, too.
    if (lines.some((line) => /^(?:---|\.\.\.)(?=\s|$)/.test(line))) return false;
    let at = start;
    const rewritten = lines.map((line) => {
      if (line.trim() === '') {
        at += line.length + 1;
        return line;
      }
      this.starts.push(at);
      at += this.indent.length + line.length + 1;
      return this.indent + line;
    });
    this.text = this.text.slice(0, start) + rewritten.join('\n') + this.text.slice(start + lines.join('\n').length);
    return true;
  }
}

/** Where what is open at an offset, brackets or a quote, is closed; the offset itself where that is not to be seen. */
function closeBehind(text: string, from: number): number {
  const quote = openQuote(text.slice(0, from));
  if (quote !== undefined) return afterQuote(text, from, quote);
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const character = text.charAt(i);
    const begins = /[\s[{,:]/.test(text.charAt(i - 1));
    if ((character === '"' || character === "'") && begins) i = afterQuote(text, i + 1, character);
    else if (character === '#' && /\s/.test(text.charAt(i - 1)))
      i = text.indexOf('\n', i) < 0 ? text.length : text.indexOf('\n', i);
    else if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && --depth === 0) return i;
  }
  return from;
}

/** The quote that a text ends in, if any: its parser says so. */
function openQuote(text: string): '"' | "'" | undefined {
  try {
    parseEvents(text, {});
    return undefined;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.startsWith('unexpected end of the stream within a double')) return '"';
    return error.reason.startsWith('unexpected end of the stream within a single') ? "'" : undefined;
  }
}

/** Where a quoted text ends whose inside an offset is in. */
function afterQuote(text: string, from: number, quote: '"' | "'"): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\' && quote === '"') i++;
    else if (text[i] === quote && quote === "'" && text[i + 1] === quote) i++;
    else if (text[i] === quote) return i;
  }
  return from;
}
