import type { Report } from '../../core/report.ts';

/** What a code means, whatever the host: the catalogue of findings has it. */
export interface CodeText {
  readonly title: string;
  readonly meaning: string;
  /** A line each, harmless things first. */
  readonly todo: readonly string[];
  readonly sources: readonly string[];
}

/** All that the page holds, as JSON. */
export interface Told {
  readonly report: Report;
  /** Of the codes that the report has. */
  readonly texts: Readonly<Record<string, CodeText>>;
}
