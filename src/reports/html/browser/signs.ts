import type { Severity } from '../../../core/finding.ts';
import { findingAt } from '../route.ts';
import { STANDING_WORDS, type Tone } from '../words.ts';
import { type Child, html, link, svg } from './element.ts';

/** A sign beside a word: its form tells what its colour tells. */
const FORMS: Readonly<Record<Tone, string>> = {
  critical: 'M4.7 1h6.6L15 4.7v6.6L11.300 15H4.700L1 11.300V4.700z M8 4v5 M8 11.500v.5',
  warning: 'M8 1.500 15.300 14.500H.7z M8 6v4 M8 12v.5',
  info: 'M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1z M8 7.500V12 M8 4.500v.5',
  ok: 'M2.500 8.500 6.500 12.500 13.500 4',
  accent: 'M8 2l6 6-6 6-6-6z',
  muted: 'M3 8h10',
};

const sign = (tone: Tone): SVGSVGElement =>
  svg('svg', { class: 'sign', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: FORMS[tone] }));

/** A word with its sign. */
export const marked = (tone: Tone, ...children: readonly Child[]): HTMLElement =>
  html('span', { class: `marked tone-${tone}` }, sign(tone), html('span', {}, ...children));

export const severityMark = (severity: Severity): HTMLElement =>
  marked(STANDING_WORDS[severity].tone, STANDING_WORDS[severity].word);

/** `UW001`, a link to all about it. */
export function codeLink(code: string, severity: Severity): HTMLElement {
  const chip = link(findingAt(code), code);
  chip.className = `code tone-${STANDING_WORDS[severity].tone}`;
  return chip;
}
