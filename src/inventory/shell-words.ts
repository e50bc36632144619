/** A word of a line, and where in the line it was written. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type Words = { readonly words: readonly Word[] } | { readonly problem: string; readonly start: number };

/** Splits as a POSIX shell does, quotes and backslashes included, without any expansion. With `comments`, # ends the line. */
export function shellWords(line: string, options: { comments?: boolean } = {}): Words {
  const words: Word[] = [];
  let i = 0;
  for (;;) {
    while (/\s/.test(line.charAt(i))) i++;
    if (i >= line.length || (options.comments && line[i] === '#')) return { words };
    const word = oneWord(line, i, options.comments ?? false);
    if ('problem' in word) return word;
    words.push(word);
    i = word.end;
  }
}

function oneWord(line: string, start: number, comments: boolean): Word | { problem: string; start: number } {
  let text = '';
  let i = start;
  while (i < line.length && !/\s/.test(line.charAt(i)) && !(comments && line[i] === '#')) {
    const c = line.charAt(i);
    if (c === "'" || c === '"') {
      const quoted = quotedText(line, i);
      if (!quoted) return { problem: `a quote ${c} is never closed`, start: i };
      text += quoted.text;
      i = quoted.end;
    } else if (c === '\\') {
      if (i + 1 >= line.length) return { problem: 'a backslash at the end of the line', start: i };
      text += line.charAt(i + 1);
      i += 2;
    } else {
      text += c;
      i++;
    }
  }
  return { text, start, end: i };
}

function quotedText(line: string, open: number): { text: string; end: number } | undefined {
  const quote = line.charAt(open);
  let text = '';
  for (let i = open + 1; i < line.length; i++) {
    const c = line.charAt(i);
    if (c === quote) return { text, end: i + 1 };
    // In double quotes a backslash is one unless it protects " or \.
    if (c === '\\' && quote === '"' && (line[i + 1] === '"' || line[i + 1] === '\\')) text += line.charAt(++i);
    else text += c;
  }
  return undefined;
}
