import { existsSync } from 'node:fs';
import type { Found, Schedule } from './schedule.ts';

/** What a schedule's file says of itself, to people and to `unwedge schedule list`. */
export type Note = Pick<Found, 'name' | 'mode' | 'when' | 'playbooks' | 'inventory'> & {
  readonly program: readonly string[];
  readonly stateDir: string;
};

const MARK = '# unwedge schedule: ';

/** The comment at the head of every file; a line each. Its values are JSON in ASCII: no name can end a line. */
export function noteLines({ name, mode, when, playbooks, inventory, program, stateDir }: Schedule): readonly string[] {
  return [
    `# Made by 'unwedge schedule add ${name}'; made anew by --replace, removed by 'unwedge schedule remove ${name}'.`,
    `${MARK}name ${json(name)}`,
    `${MARK}mode ${json(mode)}`,
    `${MARK}when ${json(when)}`,
    ...playbooks.map((path) => `${MARK}playbook ${json(path)}`),
    ...inventory.map((source) => `${MARK}inventory ${json(source)}`),
    `${MARK}state ${json(stateDir)}`,
    ...program.filter((word) => word.startsWith('/')).map((path) => `${MARK}program ${json(path)}`),
  ];
}

/** systemd and cron read bytes, and a text may hold what ends a line elsewhere. */
const json = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What a file says of itself; undefined for one that was not made here. */
export function readNote(text: string): Note | undefined {
  const values = (key: string): string[] =>
    text
      .split('\n')
      .flatMap((line) => (line.startsWith(`${MARK}${key} `) ? parsed(line.slice(`${MARK}${key} `.length)) : []));
  const [name] = values('name');
  const [mode] = values('mode');
  const [when = ''] = values('when');
  const [stateDir = ''] = values('state');
  if (name === undefined || (mode !== 'check' && mode !== 'apply')) return undefined;
  return {
    name,
    mode,
    when,
    playbooks: values('playbook'),
    inventory: values('inventory'),
    program: values('program'),
    stateDir,
  };
}

function parsed(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? [value] : [];
  } catch {
    return []; // Edited by hand: it says nothing then.
  }
}

/** What it needs and is not there any more, a line each. */
export const missing = ({ program, playbooks, inventory }: Note): string[] =>
  [...program, ...playbooks, ...inventory.filter((source) => source.startsWith('/'))]
    .filter((path) => !existsSync(path))
    .map((path) => `there is no ${path}`);
