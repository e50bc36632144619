import type { Severity } from '../core/finding.ts';
import type { SarifOptions } from './sarif.ts';

/** What formats need beside the report. */
export interface FormatOptions extends SarifOptions {
  /** From which severity on a finding is a failure; left out: a warning is one. */
  readonly failOn?: Severity;
  /** The text that the file held so far. */
  readonly before?: string;
}
