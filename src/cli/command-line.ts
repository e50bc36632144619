import type { Argument, Command, Option } from 'commander';

/** A command line as far as it is typed, and what its last word is about. */
export interface CommandLine {
  readonly command: Command;
  /** The values of flags before the last word, by long name: `--inventory`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  /** What is typed of the last word; '' where it is still to come. */
  readonly current: string;
  /** What of `current` stands before the part to complete: `--limit=`. */
  readonly prefix: string;
  readonly wanted: Wanted;
}

export type Wanted =
  | { readonly kind: 'flag' }
  | { readonly kind: 'value'; readonly option: Option }
  /** The command's next operand, if it takes one more; a subcommand may stand there where there are any. */
  | { readonly kind: 'operand'; readonly argument: Argument | undefined };

/** Reads the words behind the program's name. @param current the last one */
export function readCommandLine(program: Command, words: readonly string[], current: string): CommandLine {
  let command = program;
  let open: Option | undefined;
  let onlyOperands = false;
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (const word of words) {
    const { option, value } = onlyOperands ? {} : optionOf(command, word);
    if (takes(open, word)) keep(values, open, word);
    else if (option !== undefined) keep(values, option, value);
    else if (word === '--') onlyOperands = true;
    else if (onlyOperands || !word.startsWith('-')) {
      const below = operands.length === 0 ? subcommands(command).find((one) => one.name() === word) : undefined;
      command = below ?? command;
      if (below === undefined) operands.push(word);
    }
    open = !takes(open, word) && value === undefined && (option?.required || option?.optional) ? option : undefined;
  }
  return { command, values, operands, current, ...lastWord(command, open, onlyOperands, current, operands.length) };
}

/** Whether a word is the value of the flag before it; one that may lack its value takes no further flag for it. */
const takes = (open: Option | undefined, word: string): open is Option =>
  open !== undefined && (open.required || !word.startsWith('-'));

function keep(values: Map<string, string[]>, { long }: Option, value: string | undefined): void {
  if (value !== undefined) values.set(long ?? '', [...(values.get(long ?? '') ?? []), value]);
}

function lastWord(
  command: Command,
  open: Option | undefined,
  onlyOperands: boolean,
  current: string,
  operands: number,
): Pick<CommandLine, 'prefix' | 'wanted'> {
  if (takes(open, current)) return { prefix: '', wanted: { kind: 'value', option: open } };
  const { option, value } = onlyOperands ? {} : optionOf(command, current);
  if (option !== undefined && value !== undefined)
    return { prefix: current.slice(0, current.length - value.length), wanted: { kind: 'value', option } };
  if (!onlyOperands && current.startsWith('-')) return { prefix: '', wanted: { kind: 'flag' } };
  return { prefix: '', wanted: { kind: 'operand', argument: nextArgument(command, operands) } };
}

/** Those that help names. */
export const subcommands = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');

/** `--limit`, `--limit=docker`, `-l`. */
function optionOf(command: Command, word: string): { readonly option?: Option; readonly value?: string } {
  const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  const option = command.options.find(({ long, short }) => long === name || short === name);
  return option === undefined ? {} : { option, ...(value !== undefined && { value }) };
}

function nextArgument({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}
