/**
 * One string or bytes literal with its prefix, on one line, and white space before it.
 * https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals
 */
export const STRING =
  /\s*(?:[uU]|[bB]?[rR]?|[rR][bB])(?:'''(?:\\.|[^\\])*?'''|"""(?:\\.|[^\\])*?"""|'(?!'')(?:\\.|[^'\\])*'|"(?!"")(?:\\.|[^"\\])*")/sy;

/** What literals side by side come to; undefined where Python would refuse them. */
export function pythonStrings(literals: readonly string[]): string | undefined {
  const parts = literals.map(oneString);
  const [first] = parts;
  const sound = parts.every((part) => part.text !== undefined && part.bytes === first?.bytes);
  return sound ? parts.map((part) => part.text).join('') : undefined;
}

function oneString(literal: string): { readonly text: string | undefined; readonly bytes: boolean } {
  const [, prefix = '', , inside = ''] = /^\s*([a-zA-Z]*)('''|"{3}|'|")(.*)\2$/s.exec(literal) ?? [];
  const bytes = /b/i.test(prefix);
  return { text: /r/i.test(prefix) ? inside : unescaped(inside, bytes), bytes };
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' },
  ...{ '\\': '\\', "'": "'", '"': '"' },
};

/** `\N{NAME}` is not known here. */
function unescaped(text: string, bytes: boolean): string | undefined {
  let sound = true;
  const value = text.replace(bytes ? IN_BYTES : IN_TEXT, (whole: string, code: string) => {
    const known = ESCAPES[code];
    if (known !== undefined) return known;
    const point = /^[0-7]/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16);
    if (/^([0-7]+|[xuU][\da-fA-F]+)$/.test(code) && point <= 0x10ffff) return String.fromCodePoint(point);
    sound &&= !(bytes ? /^x/ : /^[xuUN]/).test(code);
    return whole;
  });
  return sound ? value : undefined;
}

const IN_BYTES = /\\(x..|[0-7]{1,3}|.)/gs;
const IN_TEXT = /\\(x..|u.{4}|U.{8}|[0-7]{1,3}|.)/gs;
