import { text } from 'node:stream/consumers';
import { inputError } from '../core/diagnostic.ts';
import { explainLines, explainMessage } from '../docker/explanation.ts';

/** `unwedge explain [MESSAGE]`: words of the command line are one message; standard input holds one a line. */
export async function explain(words: readonly string[], flags: { readonly output: string }): Promise<void> {
  if (flags.output !== 'text' && flags.output !== 'json')
    throw inputError(`--output ${flags.output}: explain prints text or json`);
  const output = flags.output;
  if (words.length > 0 && words.some((word) => word.trim() !== '')) {
    console.log(explainMessage(words.join(' '), output));
    return;
  }
  if (process.stdin.isTTY) console.error('messages, a line each; end with Ctrl-D:');
  const input = words.length > 0 ? '' : await text(process.stdin);
  if (input.trim() === '')
    throw inputError(
      'there is no message to explain',
      "unwedge explain 'Error response from daemon: …', or pipe messages in",
    );
  for (const told of explainLines(input, output)) console.log(told);
}
