import { spawnSync } from 'node:child_process';
import { personality, personalityText } from './personality.ts';

const here = import.meta.dirname;

/** What functions of the doubles say on a personality, without a host. `text` is of sh; $1 is `argument`. */
export function say(name: string, text: string, argument = ''): string {
  const parts = ['lib.sh', 'drivers.sh', 'messages.sh'].map((part) => `. "$SIM/${part}"`).join('; ');
  // On a host the personality is /sim/personality; here it is this program's own text.
  const program = `${personalityText(personality(name))}\n${parts}\n${text}`;
  const { stdout, stderr, status } = spawnSync('sh', ['-u', '-c', program, 'sh', argument], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, SIM: here },
  });
  if (status !== 0) throw new Error(`${name}: ${text}: ${stderr}`);
  return stdout.trimEnd();
}

/** What `--format TEMPLATE` prints over lines PATH=JSON, and what is wrong with the template. */
export function format(
  awk: readonly string[],
  tree: readonly string[],
  template: string,
): { text: string; fault: string } {
  const [command = '', ...args] = [...awk, '-f', `${here}/template.awk`, '-f', `${here}/render.awk`];
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: 'utf8',
    input: `${tree.join('\n')}\n`,
    env: { ...process.env, TEMPLATE: template },
  });
  if (status !== 0) throw new Error(stderr);
  const [fault = '', ...text] = stdout.split('\n');
  return { fault, text: text.join('\n').replace(/\n$/, '') };
}
