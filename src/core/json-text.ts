/** A value in a JSON text, with its place: from `start` up to, not including, `end`. */
export type JsonNode = JsonObjectNode | { readonly kind: 'other'; readonly start: number; readonly end: number };

export interface JsonObjectNode {
  readonly kind: 'object';
  readonly start: number;
  readonly end: number;
  /** In the order of the text; of a key that stands twice, the last one holds (as in Go and JavaScript). */
  readonly members: readonly JsonMember[];
}
export interface JsonMember {
  readonly key: string;
  /** Of the key's quote. */
  readonly start: number;
  readonly value: JsonNode;
}

/** A text that is not JSON. The message says what is wrong and where: `expected …, found … (line 2, column 5)`. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

const BLANK = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const PLAIN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Deeper is nobody's configuration. */
const DEEPEST = 200;

/** @throws JsonSyntaxError */
export function parseJsonText(text: string): JsonNode {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    if (depth > DEEPEST) this.#fail('less nesting');
    this.#match(BLANK);
    const start = this.#at;
    if (this.#take('{')) return { kind: 'object', start, members: this.#members(depth), end: this.#at };
    if (this.#take('[')) this.#items(depth);
    else if (!this.#match(STRING) && !this.#match(PLAIN)) this.#fail('a value');
    return { kind: 'other', start, end: this.#at };
  }

  end(): void {
    this.#match(BLANK);
    if (this.#at < this.#text.length) this.#fail('the end of the text');
  }

  #members(depth: number): JsonMember[] {
    const members: JsonMember[] = [];
    if (this.#takeNext('}')) return members;
    do {
      this.#match(BLANK);
      const start = this.#at;
      const key = this.#match(STRING) ?? this.#fail('a key in double quotes');
      if (!this.#takeNext(':')) this.#fail("':'");
      members.push({ key: String(JSON.parse(key)), start, value: this.value(depth + 1) });
    } while (this.#takeNext(','));
    if (!this.#take('}')) this.#fail("',' or '}'");
    return members;
  }

  #items(depth: number): void {
    if (this.#takeNext(']')) return;
    do this.value(depth + 1);
    while (this.#takeNext(','));
    if (!this.#take(']')) this.#fail("',' or ']'");
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #takeNext(character: string): boolean {
    this.#match(BLANK);
    return this.#take(character);
  }

  #fail(expected: string): never {
    const before = this.#text.slice(0, this.#at).split('\n');
    const found = [...this.#text.slice(this.#at, this.#at + 2)][0];
    throw new JsonSyntaxError(
      `expected ${expected}, found ${found === undefined ? 'the end' : JSON.stringify(found)} (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`,
    );
  }
}
