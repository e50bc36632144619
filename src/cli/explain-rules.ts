import { inputError } from '../core/diagnostic.ts';
import { RULE_NAMES, type Rule, ruleOf, ruleText } from '../core/rule.ts';
import { didYouMean } from '../core/suggestion.ts';

/** True for `PB101`, a code of `unwedge lint`, and for what was meant as one. */
export const looksLikeRule = (word: string): boolean => /^pb[\w-]{0,6}$/i.test(word.trim());

/** What stands behind codes of `unwedge lint`, an entry each. @throws InputError where there is no such code */
export function ruleLines(words: readonly string[], output: 'text' | 'json'): string[] {
  return words.map((word) => (output === 'json' ? ruleJson(known(word)) : ruleLine(known(word))));
}

/** Every rule on a line of its own. */
export const listRules = (output: 'text' | 'json'): string[] =>
  RULE_NAMES.map((rule) => (output === 'json' ? ruleJson(rule) : `${ruleText(rule).code}  ${ruleText(rule).title}`));

function known(word: string): Rule {
  const rule = ruleOf(word);
  if (rule !== undefined) return rule;
  const code = word.trim().toUpperCase();
  const codes = RULE_NAMES.map((name) => ruleText(name).code);
  throw inputError(
    `no finding has the code ${code}`,
    didYouMean(code, codes) ?? 'unwedge explain --list tells all codes',
  );
}

const ruleJson = (rule: Rule): string => JSON.stringify({ ...ruleText(rule), rule });

function ruleLine(rule: Rule): string {
  const { code, title, meaning } = ruleText(rule);
  return `${code} ${rule}: ${title}\n\n  ${meaning}`;
}
