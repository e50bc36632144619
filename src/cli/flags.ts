import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PROMPT, sourceOf } from '../app/options.ts';
import { parseDuration } from '../core/duration.ts';
import { reportFileFlags } from './report-flags.ts';

export const vaultFlags = (command: Command): Command =>
  command
    .option(
      '--vault-password-file <file>',
      "take the password of Ansible's vault from a file or a program (repeatable)",
      (path: string, all: readonly string[] = []) => [...all, fromHere(path)],
    )
    .option(
      '--vault-id <label@source>',
      'the same, with a label; the source is a file, a program, or `prompt` (repeatable)',
      (id: string, all: readonly string[] = []) => [...all, vaultIdFromHere(id)],
    )
    .option('-J, --ask-vault-pass', "ask for the password of Ansible's vault");

/** The label as it is, the path as it is meant here. */
function vaultIdFromHere(id: string): string {
  const source = sourceOf(id);
  return source === PROMPT ? id : `${id.slice(0, id.length - source.length)}${fromHere(source)}`;
}

export const passwordFlags = (command: Command): Command =>
  vaultFlags(
    command
      .option('-K, --ask-become-pass', "ask for sudo's password")
      .option('--become-password-file <file>', "read sudo's password from the first line of a file", fromHere),
  );

export const connectionFlags = (command: Command): Command =>
  passwordFlags(
    command
      .option('-u, --user <name>', 'log in as this user')
      .option('--private-key <file>', 'log in with this key', fromHere)
      .option('--ssh-common-args <words>', 'further arguments for ssh')
      .option('-c, --connection <kind>', 'ssh or local')
      .option('-T, --timeout <seconds>', 'a host must answer within this time', whole, 10)
      .option('-b, --become', 'work as root, by sudo')
      .option('--become-user <name>', 'work as this user instead of root'),
  );

export const choiceFlags = (command: Command): Command =>
  command
    .option('-t, --tags <words>', 'only steps with one of these tags, a,b (repeatable)', collect, [])
    .option('--skip-tags <words>', 'no steps with one of these tags (repeatable)', collect, [])
    .option('--start-at-step <name>', 'leave out the steps before this one')
    .option('--step', 'ask before each step; one host at a time');

export const outputFlags = (command: Command): Command =>
  command
    .addOption(new Option('--output <kind>', 'tree on a terminal, plain elsewhere').choices(['tree', 'plain', 'json']))
    .option('-v, --verbose', 'tell more (repeatable)', (_: string, n: number) => n + 1, 0)
    .option('-q, --quiet', 'print nothing where nothing was found, changed or to be changed');

export const reportFlags = (command: Command): Command =>
  stateFlag(reportFileFlags(outputFlags(command).option('-D, --diff', 'show how files would change, or have changed')));

export const stateFlag = (command: Command): Command =>
  command.option(
    '--state-dir <folder>',
    'where journals are kept (default: $XDG_STATE_HOME/unwedge or ~/.local/state/unwedge)',
  );

export const lockFlag = (command: Command): Command =>
  command.option('--lock-wait <time>', 'wait so long for another run on the same hosts (30s, 10m)', patience, 0);

export const forceHostFlag = (command: Command): Command =>
  command.option(
    '--force-host <name>',
    'this machine is the right one, though it looks like another or has no journal of the run (repeatable)',
    collect,
    [],
  );

/** A command may enter another folder. ~ is ssh's. */
const fromHere = (path: string): string => (path.startsWith('~') ? path : resolve(path));

export const collect = (value: string, all: readonly string[]): string[] => [...all, value];

export function patience(text: string): number {
  const seconds = text === '0' ? 0 : parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('It must be a time such as 30s or 10m.');
  return seconds;
}

export function whole(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return Number(text);
}
