/** Text with control characters (C0, DEL, C1, bidi overrides, Unicode line breaks, spaces without width) and what is no character (half a surrogate pair) escaped as \xNN or \u{…}, so that no host can steer a terminal or forge a line. Newlines and tabs are kept on request. */
export function printable(text: string, keep: 'lines' | 'nothing' = 'nothing'): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu,
    (c) => (keep === 'lines' && (c === '\n' || c === '\t') ? c : escaped(c.charCodeAt(0))),
  );
}

const escaped = (code: number): string =>
  code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
