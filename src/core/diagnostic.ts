import type { Rule } from './rule.ts';

/** A place in a file that a person wrote. Lines and columns count from 1, columns in characters. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One finding about a user's file: what, where, why, what to do. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** What it breaks; none where it is about the command line. */
  readonly rule?: Rule;
  readonly message: string;
  readonly at?: SourceLocation;
  /** The line at `at`, for the caret. */
  readonly source?: string;
  /** How many characters the caret underlines. */
  readonly length?: number;
  readonly todo?: string;
}

/** Bad input, found before any host was touched. Ends the command with exit code 1. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const told = firstOf(diagnostics);
    super(told.map((d) => d.message).join('\n'));
    this.diagnostics = told;
  }
}

const MOST = 200;

/** Nobody mends thousands at once: the first ones, and how many there are beside them. */
export function firstOf(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const first = findings.slice(0, MOST).map(legible);
  const more = findings.slice(MOST);
  if (more.length === 0) return first;
  const severity = more.some((finding) => finding.severity === 'error') ? 'error' : 'warning';
  return [...first, { severity, message: `… and ${more.length} more findings`, todo: 'mend the first ones' }];
}

const LONGEST = 2_000;

/** A message quotes what is wrong, and that may be a megabyte. */
const legible = (finding: Diagnostic): Diagnostic =>
  finding.message.length <= LONGEST ? finding : { ...finding, message: `${finding.message.slice(0, LONGEST)}…` };

/** The shortest way to refuse: one error without a place in a file. */
export const inputError = (message: string, todo?: string): InputError =>
  new InputError([{ severity: 'error', message, ...(todo === undefined ? {} : { todo }) }]);

/** Every item's result; @throws InputError with what is wrong with all of them, not only with the first. */
export async function everyOne<T, R>(items: readonly T[], work: (item: T) => R | Promise<R>): Promise<R[]> {
  const findings: Diagnostic[] = [];
  const results: R[] = [];
  for (const item of items) {
    try {
      results.push(await work(item));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      findings.push(...error.diagnostics);
    }
  }
  if (findings.length > 0) throw new InputError(findings);
  return results;
}
