import type { Diagnostic, SourceLocation } from '../core/diagnostic.ts';
import type { SourceText, Span } from '../core/source-text.ts';
import type { YamlScalar } from '../core/yaml.ts';

/** A finding before its place in the file is known: offsets in the expression's text, all of it where left out. */
export interface TextFinding {
  readonly message: string;
  readonly todo?: string | undefined;
  readonly start?: number;
  readonly end?: number;
  readonly severity?: 'error' | 'warning';
}

/** Collects the findings of one file. */
export class Report {
  readonly findings: Diagnostic[] = [];
  readonly source: SourceText;

  constructor(source: SourceText) {
    this.source = source;
  }

  error(span: Span, message: string, todo?: string): void {
    this.findings.push(this.source.finding(span, message, { todo }));
  }

  warning(span: Span, message: string, todo?: string): void {
    this.findings.push(this.source.finding(span, message, { severity: 'warning', todo }));
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

  /** Escapes and folded lines hide where a character came from; then the whole value is meant. */
  report({ message, todo, start = 0, end = start + 1, severity = 'error' }: TextFinding): void {
    const from = this.scalar.textStart;
    const span =
      from === undefined ? this.scalar.span : { start: from + this.offset + start, end: from + this.offset + end };
    if (severity === 'error') this.reporter.error(span, message, todo);
    else this.reporter.warning(span, message, todo);
  }
}
