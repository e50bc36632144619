import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { InputError } from './diagnostic.ts';
import { decodeSource, type SourceText, type Span } from './source-text.ts';
import { type Parsed, parsedEvents, YamlSyntaxError } from './yaml-flow-lines.ts';
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yaml-node.ts';
import { plainValue, type YamlVersion } from './yaml-scalar.ts';
import { syntaxAdvice } from './yaml-syntax.ts';

export interface YamlDocument {
  readonly source: SourceText;
  readonly root: YamlNode;
}

export interface YamlOptions {
  readonly maxBytes?: number;
  /** How plain scalars are read; 1.2 where left out. */
  readonly version?: YamlVersion;
  /** Tags beside YAML's own that are kept on their nodes, for the caller to judge. */
  readonly tags?: readonly string[];
}

const MAX_DEPTH = 64;
/** Enough for any real file; `a: &a [*b, *b, …]` nine times over is a billion. */
const MAX_NODES = 1_000_000;
/** So many characters count as one node: a long text repeated by aliases is as bad as a long list. */
const LONG_TEXT = 64;

/**
 * One YAML document. Merge keys (`<<`) are resolved.
 * @throws InputError with the place of the first syntax error, or of all duplicate keys.
 */
export function parseYaml(bytes: Uint8Array, file: string, options: YamlOptions = {}): YamlDocument {
  const source = decodeSource(bytes, file, options.maxBytes);
  return { source, root: new Builder(source, parsed(source, options), options).document() };
}

function parsed(source: SourceText, { version }: YamlOptions): Parsed {
  try {
    return parsedEvents(source.text, { maxDepth: MAX_DEPTH, anyIndent: version === '1.1' });
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    const { message: reason, offset } = error;
    const { message, todo } = syntaxAdvice(reason, source.text, offset);
    throw new InputError([source.finding({ start: offset, end: offset + 1 }, message, { rule: 'yaml-syntax', todo })]);
  }
}

class Builder {
  private readonly anchors = new Map<string, YamlNode>();
  private readonly duplicates: InputError['diagnostics'][number][] = [];
  private next = 0;
  /** Where the last node ended: the place of an empty value. */
  private last = 0;
  private readonly source: SourceText;
  private readonly events: readonly Event[];
  /** What the events' offsets are of. */
  private readonly text: string;
  private readonly original: Parsed['original'];
  private readonly version: YamlVersion;
  private readonly tags: readonly string[];

  constructor(source: SourceText, { events, text, original }: Parsed, { version = '1.2', tags = [] }: YamlOptions) {
    this.version = version;
    this.tags = tags;
    this.source = source;
    this.events = events;
    this.text = text;
    this.original = original;
  }

  document(): YamlNode {
    const first = this.take();
    if (first?.type !== EVENT_ID.DOCUMENT || this.events[this.next]?.type === EVENT_ID.POP) {
      throw this.refuse({ start: 0, end: 0 }, 'the file is empty');
    }
    const root = this.node();
    this.take(); // the document's end
    if (this.next < this.events.length) {
      this.take();
      const second =
        this.events[this.next]?.type === EVENT_ID.POP ? { start: this.last, end: this.last } : this.node().span;
      throw this.refuse(second, 'a second document in one file', 'keep one document per file, without `---` between');
    }
    if (this.duplicates.length > 0) throw new InputError(this.duplicates);
    return root;
  }

  private take(): Event | undefined {
    return this.events[this.next++];
  }

  private node(): YamlNode {
    const event = this.take();
    if (event?.type === EVENT_ID.ALIAS)
      return this.alias(
        this.text.slice(event.anchorStart, event.anchorEnd),
        this.span(event.anchorStart - 1, event.anchorEnd),
      );
    if (!event || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT)
      throw new Error('YAML events out of order');
    const tag = event.tagStart < 0 ? '' : this.text.slice(event.tagStart, event.tagEnd);
    const own = this.tags.includes(tag);
    if (!own && !KNOWN_TAGS.has(tag)) {
      throw this.refuse(
        this.span(event.tagStart, event.tagEnd),
        `the tag ${tag} is not supported`,
        'write a plain value',
      );
    }
    const content = this.content(event, own || tag === '!!str' || tag === '!');
    const node = own ? { ...content, tag, tagSpan: this.span(event.tagStart, event.tagEnd) } : content;
    if (node.size > MAX_NODES)
      throw this.refuse(node.span, 'aliases make this too large', 'use fewer aliases of aliases');
    if (event.anchorStart >= 0) this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  private content(event: Exclude<Event, { type: 1 | 5 | 6 }>, asString: boolean): YamlNode {
    if (event.type === EVENT_ID.SCALAR) return this.scalar(event, asString);
    const span = this.span(event.start, event.start + 1);
    this.last = span.end;
    return event.type === EVENT_ID.SEQUENCE ? this.list(span) : this.map(span);
  }

  private alias(name: string, span: Span): YamlNode {
    const node = this.anchors.get(name);
    if (!node)
      throw this.refuse(span, `*${name} names no finished anchor above it`, `write &${name} at the value to repeat`);
    this.last = span.end;
    return node;
  }

  private list(span: Span): YamlList {
    const items: YamlNode[] = [];
    while (this.events[this.next]?.type !== EVENT_ID.POP) items.push(this.node());
    this.next++;
    return {
      kind: 'list',
      items,
      span,
      size: items.reduce((sum, item) => sum + item.size, 1),
    };
  }

  private map(span: Span): YamlMap {
    const entries = new Map<string, YamlEntry>();
    const merges: YamlNode[] = [];
    while (this.events[this.next]?.type !== EVENT_ID.POP) {
      const { key, span: keySpan, plain } = this.key();
      const value = this.node();
      if (key === '<<' && plain) merges.push(value);
      else if (entries.has(key)) this.duplicates.push(this.duplicate(key, keySpan, entries.get(key)));
      else entries.set(key, { key, keySpan, value });
    }
    this.next++;
    for (const merge of merges) this.merge(entries, merge);
    const all = [...entries.values()];
    const first = all[0]?.keySpan;
    const size = all.reduce((sum, entry) => sum + entry.value.size + 1, 1);
    return {
      kind: 'map',
      entries: all,
      span: first?.start === span.start ? first : span,
      size,
    };
  }

  /** Keys that are there win over merged ones, earlier merged ones over later. */
  private merge(entries: Map<string, YamlEntry>, from: YamlNode): void {
    for (const map of from.kind === 'list' ? from.items : [from]) {
      if (map.kind !== 'map')
        throw this.refuse(map.span, '<< takes a map or a list of maps', 'name an anchor of a map: <<: *name');
      for (const entry of map.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }

  private key(): { key: string; span: Span; plain: boolean } {
    const style = this.events[this.next];
    const node = this.node();
    const plain = style?.type === EVENT_ID.SCALAR && style.style === SCALAR_STYLE.PLAIN;
    if (node.kind === 'scalar') return { key: node.text, span: node.span, plain };
    const template = this.source.text.startsWith('{{', node.span.start - 1);
    const todo = template ? 'put the value in quotes: "{{ … }}"' : 'write `key: value` with a word as key';
    throw this.refuse(node.span, template ? '{{ }} without quotes is a map in YAML' : 'a list or map as a key', todo);
  }

  private scalar(event: ScalarEvent, asString: boolean): YamlScalar {
    const text = getScalarValue(this.text, event);
    const span = this.scalarSpan(event);
    this.last = Math.max(this.last, span.end);
    const plain = event.style === SCALAR_STYLE.PLAIN && !asString;
    const exact = event.valueStart >= 0 && this.text.slice(event.valueStart, event.valueEnd) === text;
    const value = plain ? this.plainValue(text, span) : text;
    return {
      kind: 'scalar',
      value,
      text,
      textStart: exact ? this.original(event.valueStart) : undefined,
      span,
      size: 1 + Math.floor(text.length / LONG_TEXT),
    };
  }

  private scalarSpan(event: ScalarEvent): Span {
    if (event.valueStart < 0) return { start: this.last, end: this.last };
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    if (quoted) return this.span(event.valueStart - 1, event.valueEnd + 1);
    const raw = this.text.slice(event.valueStart, event.valueEnd);
    return this.span(event.valueEnd - raw.trimStart().length, event.valueStart + raw.trimEnd().length);
  }

  /** Where a part of the events' text is in the source. */
  private span(start: number, end: number): Span {
    return { start: this.original(start), end: this.original(end) };
  }

  private plainValue(text: string, span: Span): YamlScalar['value'] {
    const plain = plainValue(text, this.version);
    if ('value' in plain) return plain.value;
    throw this.refuse(span, `${text} is a number that can't be kept exactly`, `write it in quotes: '${text}'`);
  }

  private duplicate(key: string, span: Span, first: YamlEntry | undefined) {
    const line = first ? this.source.at(first.keySpan.start).line : 0;
    return this.source.finding(span, `duplicate key '${key}'; it is already in line ${line}`, {
      rule: 'duplicate-key',
      todo: 'remove one of them',
    });
  }

  private refuse(span: Span, message: string, todo?: string): InputError {
    return new InputError([this.source.finding(span, message, { rule: 'yaml-feature', todo })]);
  }
}

const KNOWN_TAGS: ReadonlySet<string> = new Set(['', '!', '!!str', '!!map', '!!seq']);
