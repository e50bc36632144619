import type { FleetHost } from '../fleet.ts';
import type { Told } from '../told.ts';
import type { Child } from './element.ts';

/** All that a view draws from. */
export interface Page extends Told {
  readonly fleet: readonly FleetHost[];
}

/** What stands in the main part of the page. */
export interface View {
  /** For the window; the content begins with a heading of its own. */
  readonly title: string;
  readonly content: readonly Child[];
  /** Shows what has these words, in place. */
  readonly search?: (words: string) => void;
  /** Draws all that it has, as it is printed, or a page of it. */
  readonly whole?: (isWhole: boolean) => void;
}

/** A section's heading and those below it: the same section stands deeper where all hosts are on one page. */
export type Level = 'h2' | 'h3' | 'h4';
export const below = (level: Level): Level => (level === 'h2' ? 'h3' : 'h4');
