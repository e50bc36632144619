import type { SourceLocation } from './diagnostic.ts';
import type { Json } from './json.ts';

/** Names that an expression can read: variables of the host and registers set so far. */
export type Scope = Readonly<Record<string, Json>>;

/** A checked expression; the compiler's closure, so that only the compiler's folder knows the language. */
export interface Expression<T extends Json = Json> {
  readonly source: string;
  readonly at: SourceLocation;
  /** Names of the scope that it reads. */
  readonly reads: readonly string[];
  /** @throws StepError that names the expression and its place where a value turns out to be of another type. */
  evaluate(scope: Scope): T;
}
