import { resolve } from 'node:path';
import { inputError } from '../core/diagnostic.ts';
import { atHome } from './known-names.ts';
import type { AddFlags } from './schedule-flags.ts';

/** How a flag of `schedule add` is passed on to the command that it schedules. */
type Way = 'text' | 'path' | 'source' | 'limit' | 'variables' | 'switch' | 'seconds';

/** The flags that are passed on, but for what is usual. */
const PASSED_ON: readonly (readonly [key: keyof AddFlags, flag: string, way: Way, usual?: unknown])[] = [
  ['inventory', '-i', 'source'],
  ['limit', '-l', 'limit'],
  ['extraVars', '-e', 'variables'],
  ['tags', '-t', 'text'],
  ['skipTags', '--skip-tags', 'text'],
  ['startAtStep', '--start-at-step', 'text'],
  ['forks', '-f', 'text', 25],
  ['user', '-u', 'text'],
  ['privateKey', '--private-key', 'path'],
  ['sshCommonArgs', '--ssh-common-args', 'text'],
  ['connection', '-c', 'text'],
  ['timeout', '-T', 'text', 10],
  ['become', '-b', 'switch'],
  ['becomeUser', '--become-user', 'text'],
  ['becomePasswordFile', '--become-password-file', 'path'],
  ['vaultPasswordFile', '--vault-password-file', 'path'],
  ['vaultId', '--vault-id', 'text'],
  ['lockWait', '--lock-wait', 'seconds', 0],
  ['notify', '--notify', 'text'],
  ['webhookFile', '--webhook-file', 'path'],
  ['pingFile', '--ping-file', 'path'],
  ['report', '--report', 'path'],
  ['format', '--format', 'text'],
];

/** The words behind `unwedge` of the scheduled command; every path in them is absolute. `pin`: of its playbooks. */
export function scheduledWords(flags: AddFlags, stateDir: string, pin: string): readonly string[] {
  return [
    'run',
    ...(flags.apply ? [] : ['--check', '--detailed-exitcode']),
    '--quiet',
    ...flags.playbook.map(absolute),
    ...PASSED_ON.flatMap(([key, flag, way, usual]) => (flags[key] === usual ? [] : wordsOf(flag, way, flags[key]))),
    ...['--state-dir', stateDir],
    ...(flags.follow ? [] : ['--playbook-sha256', pin]),
  ].map(onOneLine);
}

function wordsOf(flag: string, way: Way, value: unknown): readonly string[] {
  if (way === 'switch') return [flag];
  if (way === 'seconds') return [flag, `${value}s`];
  const all = Array.isArray(value) ? value : [value];
  return all.flatMap((one) => [flag, SPELT[way](String(one))]);
}

const fileBehindAt = (text: string): string => text.replace(/^@(.+)$/s, (_, path) => `@${absolute(path)}`);

const SPELT: Readonly<Record<Exclude<Way, 'switch' | 'seconds'>, (text: string) => string>> = {
  text: (text) => text,
  path: (text) => absolute(text),
  source: (text) => source(text),
  limit: (text) => text.split(',').map(fileBehindAt).join(','),
  variables: fileBehindAt,
};

/** A list of hosts stays as it is. */
export const source = (text: string): string => (text.includes(',') ? text : absolute(text));

/** Paths that a run by itself finds again. @throws InputError */
export function absolute(path: string): string {
  const whole = resolve(atHome(path));
  if (!/^\/(var\/)?tmp\//.test(whole)) return whole;
  throw inputError(`${whole}: a schedule has a /tmp of its own, and a reboot empties it`, 'put the file elsewhere');
}

/** systemd and cron read lines. @throws InputError */
export function onOneLine(word: string): string {
  if (!/\p{Cc}/u.test(word)) return word;
  throw inputError(`${JSON.stringify(word)} can't be scheduled: it has a control character`, 'use another name');
}
