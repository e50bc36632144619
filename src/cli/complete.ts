import { readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { shippedPlaybooks } from '../app/shipped-playbooks.ts';
import { stateDir } from '../app/state-dir.ts';
import { RULE_NAMES, ruleText } from '../core/rule.ts';
import { CODES } from '../docker/finding-catalogue.ts';
import { shellWords } from '../inventory/shell-words.ts';
import { listRuns } from '../journal/index.ts';
import { stepTypes } from '../steps/index.ts';
import { type CommandLine, readCommandLine, subcommands } from './command-line.ts';
import { atHome, namesInInventory, stepNamesIn, tagsIn } from './known-names.ts';

/** What may stand for the last word: these, or the name of a file or a folder, which the shell knows itself. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'files' | 'folders' };

/** A word, and what it means. */
type Candidate = readonly [word: string, about?: string | undefined];

/**
 * `unwedge complete -- WORDS` (or `--line LINE`), for the scripts of `unwedge completion`: prints the kind, then a word a
 * line, a tab, and what it means. The words begin with `unwedge`; the last is the one to complete.
 */
export async function printCompletion(program: Command, given: readonly string[] | string): Promise<void> {
  const [, ...words] = typeof given === 'string' ? wordsOf(given) : given;
  const current = words.pop() ?? '';
  // In the middle of a line nobody can read why there is nothing to offer; the command itself will tell.
  const completion = await completed(readCommandLine(program, words, current)).catch(() => undefined);
  if (completion !== undefined) console.log(linesOf(completion).join('\n'));
}

/** As a shell splits it; the last word may be still to come, and its quote still open. */
function wordsOf(line: string): readonly string[] {
  for (const closing of ['', "'", '"']) {
    const split = shellWords(line + closing);
    if ('problem' in split) continue;
    const words = split.words.map(({ text }) => text);
    return closing === '' && /(^|[^\\])\s$/.test(line) ? [...words, ''] : words;
  }
  return [];
}

const linesOf = (completion: Completion): readonly string[] =>
  completion.kind !== 'words'
    ? [completion.kind]
    : ['words', ...completion.words.map((parts) => parts.filter(Boolean).join('\t'))];

async function completed(line: CommandLine): Promise<Completion> {
  const { current, prefix } = line;
  const found = await candidates(line);
  if (!Array.isArray(found)) return { kind: found };
  const words = found
    .map(([word, about]) => [prefix + word, about] as const)
    .filter(([word]) => word.startsWith(current) && !/\p{C}/u.test(word));
  return { kind: 'words', words };
}

type Found = Candidate[] | 'files' | 'folders';

async function candidates(line: CommandLine): Promise<Found> {
  const { command, wanted, operands } = line;
  switch (wanted.kind) {
    case 'flag':
      return command
        .createHelp()
        .visibleOptions(command)
        .flatMap(({ long, description }) => (long ? [[long, description] as const] : []));
    case 'value':
      return (
        wanted.option.argChoices?.map((choice) => [choice] as const) ??
        (await VALUES[wanted.option.long ?? '']?.(line)) ??
        pathsOf(wanted.option.flags)
      );
    case 'operand': {
      const names =
        operands.length > 0 ? [] : subcommands(command).map((one) => [one.name(), one.description()] as const);
      const { argument } = wanted;
      const values =
        argument?.argChoices?.map((choice) => [choice] as const) ?? OPERANDS[argument?.name() ?? '']?.(line);
      const own = (await values) ?? [];
      return typeof own === 'string' ? own : [...names, ...own];
    }
    default:
      return wanted satisfies never;
  }
}

type Source = (line: CommandLine) => Found | Promise<Found>;

const VALUES: Readonly<Record<string, Source>> = {
  '--playbook': ({ current, prefix }) => playbooks(current.slice(prefix.length)),
  '--connection': () => [['ssh'], ['local']],
  '--limit': async (line) => behind(line, /^.*[,:&!]/s, hostsAndGroups(await inventoryOf(line))),
  '--host': async (line) => (await inventoryOf(line)).hosts.map((name) => [name]),
  '--why': async (line) => (await inventoryOf(line)).hosts.map((name) => [name]),
  '--graph': async (line) => (await inventoryOf(line)).groups.map((name) => [name]),
  '--tags': async (line) => behind(line, /^.*,/s, plain(await tagsIn(line.operands))),
  '--skip-tags': async (line) => behind(line, /^.*,/s, plain(await tagsIn(line.operands))),
  '--start-at-step': async ({ operands }) => plain(await stepNamesIn(operands)),
};

/** What a flag says of its value: `--plan <file>`. */
const pathsOf = (flags: string): Found =>
  /<(file|source|report\.json)>$/.test(flags) ? 'files' : /<folder>$/.test(flags) ? 'folders' : [];

/** By the argument's name. */
const OPERANDS: Readonly<Record<string, Source>> = {
  playbook: ({ current }) => playbooks(current),
  shipped: () => shippedPlaybooks().map(({ name, summary }) => [name, summary]),
  run: async ({ values }) => {
    const [folder] = values.get('--state-dir')?.slice(-1) ?? [];
    return plain(await listRuns(stateDir(folder === undefined ? {} : { stateDir: atHome(folder) })));
  },
  name: () => stepTypes.map(({ name, description }) => [name, description]),
  file: () => 'files',
  'code or message': () => plain([...CODES, ...RULE_NAMES.map((rule) => ruleText(rule).code)]),
};

/** Names that come with unwedge and the playbooks of this folder; once no such name fits, files anywhere. */
function playbooks(current: string): Found {
  const fitting = shippedPlaybooks().filter(({ name }) => name.startsWith(current));
  if (fitting.length === 0) return 'files';
  const here = readdirSync('.').filter((file) => /\.ya?ml$/.test(file));
  return [...fitting.map(({ name, summary }): Candidate => [name, summary]), ...plain(here)];
}

const plain = (words: readonly string[]): Candidate[] => words.map((word) => [word]);

const inventoryOf = ({ values }: CommandLine) => namesInInventory(values.get('--inventory') ?? []);

const hostsAndGroups = ({ hosts, groups }: Awaited<ReturnType<typeof namesInInventory>>): Candidate[] => [
  ...groups.map((name): Candidate => [name, 'group']),
  ...hosts.map((name): Candidate => [name, 'host']),
];

/** Of a list of names only the last is completed: what stands before it is kept. */
function behind({ current, prefix }: CommandLine, head: RegExp, words: readonly Candidate[]): Candidate[] {
  const [before = ''] = head.exec(current.slice(prefix.length)) ?? [];
  return words.map(([word, about]) => [before + word, about]);
}
