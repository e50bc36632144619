import { text } from 'node:stream/consumers';
import { inputError } from '../core/diagnostic.ts';
import { explainLines, explainMessage } from '../docker/explanation.ts';
import { CODES, type Code } from '../docker/finding-catalogue.ts';
import { codeExplanation, codesOf, formatCode, listCodes, looksLikeCode } from '../docker/finding-explanation.ts';
import { listRules, looksLikeRule, ruleLines } from './explain-rules.ts';

export interface ExplainFlags {
  readonly output: string;
  readonly list?: boolean;
}

/**
 * `unwedge explain CODE…`, `unwedge explain [MESSAGE]`, `unwedge explain --list`.
 * Words of the command line are codes of findings or one message; standard input holds one message a line.
 */
export async function explain(words: readonly string[], flags: ExplainFlags): Promise<void> {
  const { output } = flags;
  if (output !== 'text' && output !== 'json') throw inputError(`--output ${output}: explain prints text or json`);
  for (const line of await explanations(words, { ...flags, output })) console.log(line);
}

async function explanations(words: readonly string[], { output, list }: ExplainFlags & { output: 'text' | 'json' }) {
  if (list) return [...(output === 'json' ? codeLines(CODES, output) : listCodes()), ...listRules(output)];
  if (words.length > 0 && words.every(looksLikeCode)) return codeLines(codes(words), output);
  if (words.length > 0 && words.every(looksLikeRule)) return ruleLines(words, output);
  if (words.some((word) => word.trim() !== '')) return [explainMessage(words.join(' '), output)];
  return explainLines(await standardInput(words), output);
}

function codes(words: readonly string[]): readonly Code[] {
  const found = codesOf(words);
  if ('unknown' in found) throw inputError(`no finding has the code ${found.unknown}`, found.hint);
  return found;
}

const codeLines = (codes: readonly Code[], output: 'text' | 'json'): string[] =>
  output === 'json' ? codes.map((code) => JSON.stringify(codeExplanation(code))) : [codes.map(formatCode).join('\n\n')];

async function standardInput(words: readonly string[]): Promise<string> {
  if (process.stdin.isTTY) console.error('messages, a line each; end with Ctrl-D:');
  const input = words.length > 0 ? '' : await text(process.stdin);
  if (input.trim() !== '') return input;
  throw inputError(
    'there is no message to explain',
    "unwedge explain 'Error response from daemon: …', or pipe messages in",
  );
}
