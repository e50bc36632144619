/** A syntax error of the YAML parser in words that say what to type; `reason` is js-yaml's, `text` from its offset on. */
export function syntaxAdvice(reason: string, text: string, offset: number): { message: string; todo?: string } {
  const fixed = REASONS.find(([start]) => reason.startsWith(start));
  if (fixed) return { message: fixed[1], todo: fixed[2] };
  if (reason.startsWith('bad indentation of a mapping entry')) return mappingAdvice(text, offset);
  return { message: `not valid YAML: ${reason}` };
}

const REASONS: readonly (readonly [start: string, message: string, todo: string])[] = [
  ['tab characters', 'a tab in the indentation; YAML takes spaces only', 'replace the tab with spaces'],
  ['nesting exceeded', 'nested too deeply', 'no file needs more than 64 levels'],
  ['unexpected end of the stream within a flow', 'a [ or { is never closed', 'close it with ] or }'],
  ['unexpected end of the stream within a double', 'a double quote is never closed', 'close it with "'],
  ['unexpected end of the stream within a single', 'a single quote is never closed', "close it with '"],
  ['unknown escape sequence', 'an unknown escape in double quotes', 'write \\\\ for a backslash, or use single quotes'],
  [
    'end of the stream or a document',
    'this line does not continue what is above it',
    'line it up with the entry it belongs to',
  ],
  ["expected ':' after a mapping key", "a key without ':'", 'write `key: value`'],
  [
    'deficient indentation',
    'a quote or bracket above is not closed',
    'close it, or indent this line if it belongs to it',
  ],
  ['missed comma', 'a comma or a closing bracket is missing', 'write [a, b] or { a: 1, b: 2 }'],
  ['the stream contains non-printable', 'a control character', 'remove it, or write it as an escape in double quotes'],
];

/** js-yaml has one reason for all of these; what stands before the place in its line tells them apart. First match counts. */
const MAPPINGS: readonly {
  readonly fits: (before: string, character: string) => boolean;
  readonly message: string;
  readonly todo: string;
}[] = [
  {
    fits: (before) => before.trim() === '',
    message: 'this line is indented otherwise than its neighbours',
    todo: 'line it up with them',
  },
  {
    fits: (before) => before.includes('{{'),
    message: 'text after {{ }} without quotes',
    todo: 'put the whole value in quotes: "{{ … }} …"',
  },
  {
    fits: (before, character) => character === ':' && !before.trim().replace(/^- /, '').includes(':'),
    message: 'this line is indented further than the one it belongs to',
    todo: 'line its key up with its neighbours',
  },
  {
    fits: (_, character) => character === ':',
    message: "a second ': ' in one value",
    todo: 'put the whole value in quotes',
  },
  {
    fits: (before, character) => character !== '' && '@`%&*!|>'.includes(character) && before.endsWith(' '),
    message: "a value can't begin with this character unless quoted",
    todo: 'put the value in quotes',
  },
  {
    fits: (_, character) => character === '-',
    message: 'a list inside a line',
    todo: 'begin the list on its own line, or write [a, b]',
  },
];

function mappingAdvice(text: string, offset: number): { message: string; todo: string } {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const before = text.slice(lineStart, offset);
  const found = MAPPINGS.find(({ fits }) => fits(before, text.charAt(offset)));
  if (found) return { message: found.message, todo: found.todo };
  return { message: 'text after the end of a value', todo: 'put the whole value in one pair of quotes' };
}
