import type { Severity } from '../core/finding.ts';
import type { ReasonText } from './remedies.ts';

/** All that `unwedge explain CODE` and docs/findings.md tell of a code. */
export interface FindingText extends ReasonText {
  readonly severity: Severity;
  /** Where it can be read up: issues, commits, manual pages. */
  readonly sources: readonly string[];
}
