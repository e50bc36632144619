import { constants, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, type InputError, inputError } from '../core/diagnostic.ts';
import { isShipped, SHIPPED } from '../core/shipped.ts';
import { suggestion } from '../core/suggestion.ts';

/** A playbook that comes with unwedge. */
export interface ShippedPlaybook {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** What it does, in one line. */
  readonly summary: string;
}

/** The same from src/cli and from dist/cli. */
const FOLDER = fileURLToPath(new URL('../../playbooks', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../../schemas/playbook.json', import.meta.url));
const ENDING = '.yaml';

const fileOf = (name: string): string => join(FOLDER, `${name}${ENDING}`);

export const shippedPlaybooks = (): readonly ShippedPlaybook[] =>
  SHIPPED.map((name) => ({ name, file: fileOf(name), summary: summaryIn(readFileSync(fileOf(name), 'utf8')) }));

/** The first line of its comments that is for people. */
const summaryIn = (text: string): string => /^# (?!yaml-language-server)(.+)$/m.exec(text)?.[1] ?? '';

/**
 * The file that a word of the command line names: a word with a `/` or an ending is a path; any other is the name of a shipped
 * playbook, and only if there is none, of a file here. So no file in the current folder can take a shipped one's place.
 */
export function playbookFile(word: string): string {
  return !isPath(word) && isShipped(word) ? fileOf(word) : word;
}

/** What is wrong where there is no such file, with the shipped playbook that may be meant. */
export function missing(file: string): readonly Diagnostic[] {
  if (existsSync(file)) return [];
  if (!isPath(file)) return unknownName(file, `for a file of yours give its path: ./${file}${ENDING}`).diagnostics;
  const near = suggestion(basename(file).replace(/\.ya?ml$/, ''), SHIPPED);
  return inputError(
    `can't read the playbook ${file}: no such file`,
    near === undefined
      ? 'check the path; unwedge playbooks lists those that come with unwedge'
      : `check the path; or did you mean '${near}', which comes with unwedge? Give it by its name alone`,
  ).diagnostics;
}

function unknownName(name: string, otherwise: string): InputError {
  const near = suggestion(name, SHIPPED);
  const known = `unwedge has these: ${SHIPPED.join(', ')}; ${otherwise}`;
  return inputError(`no playbook is named '${name}'`, near === undefined ? known : `did you mean '${near}'?`);
}

const isPath = (word: string): boolean => word.includes('/') || /\.(ya?ml|json)$/.test(word);

/** What people call the playbook in this file: a shipped one's name, or the path as it was given. */
export function playbookName(file: string): string {
  const whole = resolve(file);
  return dirname(whole) === FOLDER && whole.endsWith(ENDING) ? basename(whole, ENDING) : file;
}

/** `unwedge playbooks` */
export function listPlaybooks(): void {
  const all = shippedPlaybooks();
  const width = Math.max(...all.map(({ name }) => name.length));
  for (const { name, summary } of all) console.log(`${name.padEnd(width)}  ${summary}`);
}

/** `unwedge playbooks show NAME` @throws InputError */
export const showPlaybook = (name: string): void => console.log(readFileSync(shipped(name), 'utf8').trimEnd());

/** `unwedge playbooks copy NAME [FOLDER]`: to change it. @throws InputError where a file is there already */
export function copyPlaybook(name: string, folder: string): void {
  const [from, to] = [shipped(name), join(folder, `${name}${ENDING}`)];
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') throw inputError(`${to} exists already`, 'name another folder, or move the file away');
    if (code === 'ENOENT') throw inputError(`${folder}: no such folder`, 'create it first');
    throw inputError(`can't write ${to}: ${code === 'EACCES' ? 'permission denied' : String(error)}`);
  }
  // Editors look for the schema from the file's own folder.
  writeFileSync(to, readFileSync(from, 'utf8').replace('$schema=../schemas/playbook.json', `$schema=${SCHEMA}`));
  console.log(`${to}\nrun it: unwedge run ${to.includes('/') ? to : `./${to}`}`);
}

/** @throws InputError where none has this name */
function shipped(name: string): string {
  if (isShipped(name)) return fileOf(name);
  throw unknownName(name, 'unwedge playbooks lists them');
}
