import type { Finding, Severity } from '../core/finding.ts';
import type { FindingText } from './finding-text.ts';
import { causeTexts } from './finding-texts-causes.ts';
import { otherTexts } from './finding-texts-other.ts';
import { stuckTexts } from './finding-texts-stuck.ts';

/** A code keeps its meaning for ever: one that is no longer found stays here, and its number is not given away again. */
const TEXTS = { ...stuckTexts, ...otherTexts, ...causeTexts };

export type Code = keyof typeof TEXTS;

/** UW0xx: stuck on a mount. UW1xx: stuck for another cause. UW2xx: left behind. UW3xx: causes that wait, and what the host excludes. */
export const CATALOGUE: Readonly<Record<Code, FindingText>> = TEXTS;

/** In the order of their numbers. */
export const CODES = (Object.keys(TEXTS) as Code[]).sort();

export const isCode = (text: string): text is Code => Object.hasOwn(TEXTS, text);

/** It tells of a container that is stuck now. */
export const isOfStuck = (code: string): boolean => OF_STUCK.some((begin) => code.startsWith(begin));

/** How the codes begin of what tells of a container that is stuck now. */
export const OF_STUCK = ['UW0', 'UW1'] as const;

/** A finding with the severity of its code, or a milder one. A code without a text in the catalogue does not compile. */
export const finding = (
  code: Code,
  found: Omit<Finding, 'code' | 'severity'>,
  severity: Severity = CATALOGUE[code].severity,
): Finding => ({ code, severity, ...found });
