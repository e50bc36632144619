import { RULES } from './rule-texts.ts';

/** What `unwedge lint` looks for, by the name that its findings carry. */
export type Rule = keyof typeof RULES;

export interface RuleText {
  /** Stable, never given to another meaning: `PB001`. */
  readonly code: string;
  /** One line: what is wrong. */
  readonly title: string;
  /** What it means, and what to do. */
  readonly meaning: string;
}

export const RULE_NAMES = Object.keys(RULES) as readonly Rule[];

export const ruleText = (rule: Rule): RuleText => RULES[rule];

/** The rule of a code, in any case; undefined where there is none. */
export const ruleOf = (code: string): Rule | undefined =>
  RULE_NAMES.find((rule) => RULES[rule].code === code.trim().toUpperCase());

/** Where the documentation that comes with unwedge has it: `docs/lint.md#pb101-unknown-key`. */
export const docsOf = (rule: Rule): string => `docs/lint.md#${ruleLabel(rule).toLowerCase().replace(' ', '-')}`;

/** `PB001 unknown-key` */
export const ruleLabel = (rule: Rule): string => `${RULES[rule].code} ${rule}`;
