/** Made when it is first needed: it takes 30 ms. */
let segmenter: Intl.Segmenter | undefined;
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** A column for each character: ASCII, and what we write ourselves. */
const PLAIN = /^[\x20-\x7e·…→✔✖⠀-⣿]*$/;
const INVISIBLE = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Cf}]+$/u;
// Unicode's East Asian Width W and F as far as text of hosts goes: CJK scripts, their punctuation, fullwidth forms.
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const HALFWIDTH = /^[\uff61-\uffdc]/;

/** How many columns a terminal gives to text that has no control characters (see core/printable). */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return (WIDE.test(grapheme) && !HALFWIDTH.test(grapheme)) || EMOJI.test(grapheme) ? 2 : 1;
}

/** The text where it fits `width` columns, else its beginning and an ellipsis. Never splits a character. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (PLAIN.test(text)) return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
  let kept = '';
  let used = 1; // the ellipsis
  for (const { segment } of graphemesOf(text)) {
    used += graphemeWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** The text with spaces up to `width` columns. */
export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));
