/** A message as people paste it → one line with plain quotes, so that the other readers meet one form only. */

// Each quantifier is bounded or starts at a literal: the time is linear in the text, whatever it holds.
const ANSI_COLOUR = /\u001b\[[0-9;]*[A-Za-z]/g;
const HEX_OVER_LINES = /(?<![0-9A-Za-z])[0-9a-f]{1,63}(?:[ \t]*\r?\n[ \t]*[0-9a-f]{1,63}){1,8}(?![0-9A-Za-z])/g;
const PATH_OVER_LINES =
  /\b(?:remove|unlinkat|unlink|rmdir|unmount|umount) \/[^\s"']*(?:\r?\n[ \t]*[^\s"':/]\S*){1,4}:(?=\s)/g;
const LINE_BREAK = /(?<!\s)\s*[\r\n]\s*/g;
const ESCAPED_QUOTE = /(?<!\\)\\+(["'])/g;

export function plainMessage(raw: string): string {
  const text = raw.trim();
  return (isCutAtWidth(text) ? text.replaceAll('\n', '') : text)
    .replace(ANSI_COLOUR, '')
    .replace(/[‘’`]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(HEX_OVER_LINES, joinSplitId)
    .replace(PATH_OVER_LINES, (path) => path.replace(/\r?\n[ \t]*/g, ''))
    .replace(LINE_BREAK, ' ')
    .replace(ESCAPED_QUOTE, '$1');
}

/** Copied from a terminal that cut it at its width, in the middle of words: all lines but the last are full. */
function isCutAtWidth(text: string): boolean {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const width = lines[0]?.length ?? 0;
  return lines.length > 1 && width >= 40 && last.length < width && lines.every((line) => line.length === width);
}

/** An id that a terminal or a mail wrapped: the pieces make 64 digits. Anything else stays apart. */
function joinSplitId(wrapped: string): string {
  const joined = wrapped.replace(/\s+/g, '');
  return joined.length === 64 ? joined : wrapped;
}

/** A record is wrapped into a few lines; more means that its end is missing. */
const LINES_OF_A_RECORD = 20;

/**
 * A pasted log → its messages, one per line. logfmt never breaks a line, so a record that ends before its `msg="…"`
 * was wrapped by whoever pasted it and goes on in the next line.
 */
export function splitMessages(input: string): string[] {
  const records: string[][] = [];
  let open: string[] = [];
  for (const line of input.split('\n').filter((text) => text.trim() !== '')) {
    const continues = open.length > 0 && open.length < LINES_OF_A_RECORD && !STARTS_RECORD.test(line);
    if (continues) {
      open.push(line);
    } else {
      open = [line];
      records.push(open);
    }
    if (!isUnfinished(open.join('\n'))) open = [];
  }
  return records.map((lines) => lines.join('\n'));
}

const STARTS_RECORD = /\btime="/;

function isUnfinished(record: string): boolean {
  if (!STARTS_RECORD.test(record)) return false;
  const quote = record.indexOf('msg="') + 'msg='.length;
  const isOpen = !/[^\\]"/.test(record.slice(quote));
  return !record.includes('msg="') || isOpen;
}
