import type { Project } from './project.ts';

/** A rule of the design that can be checked from the sources alone. */
export interface Law {
  /** What holds, as a sentence. */
  readonly title: string;
  /** What to do about a breach. */
  readonly todo: string;
  /** Each breach with its place; none: the law holds. */
  breaches(project: Project): string[];
  /** Small projects that break it: what the law must find. */
  readonly examples: readonly Partial<Project>[];
}

/** A made-up project with just these files, as an example of a breach. */
export const files = (texts: Readonly<Record<string, string>>): Partial<Project> => ({
  files: new Map(Object.entries(texts)),
});
