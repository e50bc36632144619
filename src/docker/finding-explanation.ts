import { didYouMean } from '../core/suggestion.ts';
import { explanationLines } from './explanation-layout.ts';
import { CATALOGUE, CODES, type Code, isCode } from './finding-catalogue.ts';
import type { FindingText } from './finding-text.ts';

/** One object of `unwedge explain CODE --output json`. */
export interface CodeExplanation extends FindingText {
  readonly code: Code;
}

export const codeExplanation = (code: Code): CodeExplanation => ({ code, ...CATALOGUE[code] });

/** For a terminal, without colour. */
export function formatCode(code: Code): string {
  const { title, meaning, todo, severity, sources } = CATALOGUE[code];
  const facts = [
    ['code', code],
    ['severity', severity],
    ['read up', sources.join(' · ')],
  ] as const;
  return explanationLines({ title, meaning, todo, facts }).join('\n');
}

/** Every code on a line of its own. */
export const listCodes = (): string[] =>
  CODES.map((code) => `${code}  ${CATALOGUE[code].severity.padEnd('critical'.length)}  ${CATALOGUE[code].title}`);

/** True for `UW001`, and for what was meant as a code: no message of docker is one such word. */
export const looksLikeCode = (word: string): boolean => /^uw[\w-]{0,6}$/i.test(word.trim());

/** The codes of these words, in any case; or the first that is none, with what may have been meant. */
export function codesOf(
  words: readonly string[],
): readonly Code[] | { readonly unknown: string; readonly hint: string } {
  const named = words.map((word) => word.trim().toUpperCase());
  const codes = named.filter(isCode);
  const unknown = named.find((name) => !isCode(name));
  return unknown === undefined
    ? codes
    : { unknown, hint: didYouMean(unknown, CODES) ?? 'unwedge explain --list tells all codes' };
}
