import type { Diagnostic, SourceLocation } from '../core/diagnostic.ts';
import type { Rule } from '../core/rule.ts';
import type { SourceText, Span } from '../core/source-text.ts';
import type { YamlScalar } from '../core/yaml-node.ts';

/** A finding before its place in the file is known: offsets in the expression's text, all of it where left out. */
export interface TextFinding {
  readonly rule: Rule;
  readonly message: string;
  readonly todo?: string | undefined;
  readonly start?: number;
  readonly end?: number;
  readonly severity?: 'error' | 'warning';
}

/** Collects the findings of one file, or of one that another includes. */
export class Report {
  readonly source: SourceText;
  readonly #findings: Map<string, Diagnostic>;

  constructor(source: SourceText, including?: Report) {
    this.source = source;
    this.#findings = including ? including.#findings : new Map();
  }

  get findings(): readonly Diagnostic[] {
    return [...this.#findings.values()];
  }

  /** A finding with a place of its own, once: a file may be included twice. */
  add(finding: Diagnostic): void {
    this.#findings.set(JSON.stringify(finding), finding);
  }

  error(rule: Rule, span: Span, message: string, todo?: string): void {
    this.add(this.source.finding(span, message, { rule, todo }));
  }

  warning(rule: Rule, span: Span, message: string, todo?: string): void {
    this.add(this.source.finding(span, message, { rule, severity: 'warning', todo }));
  }
}

/** Where in the file an expression's text is. */
export class TextPlace {
  readonly at: SourceLocation;
  private readonly reporter: Report;
  private readonly scalar: YamlScalar;
  private readonly offset: number;

  constructor(reporter: Report, scalar: YamlScalar, offset = 0) {
    this.reporter = reporter;
    this.scalar = scalar;
    this.offset = offset;
    this.at = reporter.source.at(scalar.textStart === undefined ? scalar.span.start : scalar.textStart + offset);
  }

  report({ rule, message, todo, start = 0, end = start + 1, severity = 'error' }: TextFinding): void {
    const span = this.span(this.offset + start, this.offset + end);
    if (severity === 'error') this.reporter.error(rule, span, message, todo);
    else this.reporter.warning(rule, span, message, todo);
  }

  /** In block and folded text and behind escapes, the part is looked for; where it is not found, all of it is meant. */
  private span(start: number, end: number): Span {
    const { text, textStart, span } = this.scalar;
    if (textStart !== undefined) return { start: textStart + start, end: textStart + end };
    const part = text.slice(start, end);
    const before = occurrences(text.slice(0, start), part);
    const written = this.reporter.source.text.slice(span.start, span.end);
    let found = part === '' ? -1 : written.indexOf(part);
    for (let i = 0; i < before && found >= 0; i++) found = written.indexOf(part, found + part.length);
    return found < 0 ? span : { start: span.start + found, end: span.start + found + part.length };
  }
}

const occurrences = (text: string, part: string): number => (part === '' ? 0 : text.split(part).length - 1);
