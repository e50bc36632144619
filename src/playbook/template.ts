/** A string's parts: literal text, and the expressions in `{{ … }}` with their offset in the string. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string; readonly offset: number };

/** `unclosed`: the offset of a `{{` that no `}}` ends. */
export type Template = { readonly parts: readonly TemplatePart[] } | { readonly unclosed: number };

export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('{{', from);
    const literal = text.slice(from, open < 0 ? text.length : open);
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    if (open < 0) return { parts };
    const close = closingBraces(text, open + 2);
    if (close < 0) return { unclosed: open };
    const inside = text.slice(open + 2, close);
    const expression = inside.trim();
    const offset = expression === '' ? open + 2 : open + 2 + (inside.length - inside.trimStart().length);
    parts.push({ kind: 'expression', text: expression, offset });
    from = close + 2;
  }
}

/** Where `}}` ends the expression; CEL's strings and map literals inside it may hold braces. */
function closingBraces(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const c = text.charAt(i);
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '{') depth++;
    else if (c === '}' && depth > 0) depth--;
    else if (c === '}' && text[i + 1] === '}') return i;
  }
  return -1;
}

/** Go templates (`docker ps --format '{{.ID}}'`) are text to us: CEL has no such forms. */
export const isGoTemplate = (inside: string): boolean => /^-?\s*(\.|(end|else)\b|[a-z]+ (.*[\s(])?\.)/.test(inside);
