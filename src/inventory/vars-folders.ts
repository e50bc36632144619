import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { type Diagnostic, inputError } from '../core/diagnostic.ts';
import type { Span } from '../core/source-text.ts';
import type { Confine } from '../local/roots.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { collecting, isVaultFile, readYaml } from './inventory-yaml.ts';
import type { Levels } from './precedence.ts';
import { sealedValue } from './value.ts';
import type { Place, Value } from './variable.ts';
import { decrypted, GIVE_PASSWORD } from './vault.ts';
import { readVars } from './yaml-inventory.ts';

/** In Ansible's order: the first that is there is read, the others are not. */
const ENDINGS = ['', '.yml', '.yaml', '.json'];

/**
 * Reads `group_vars/` and `host_vars/` of a folder for the groups and hosts that there are: a file of the name, with or
 * without ending, or a folder of files. Thousands of small files: all at once would take too many descriptors.
 */
export async function readVarsFolders(
  folder: string,
  level: Exclude<keyof Levels, 'inventory'>,
  to: VarsTo,
): Promise<void> {
  const { builder } = to;
  const groups = [...builder.groups.all()].map((group) => group.name);
  await readOwners(join(folder, 'group_vars'), groups, to, (group, name, value, place) =>
    builder.setGroupVar(group, name, value, place, level),
  );
  await readOwners(join(folder, 'host_vars'), builder.hostNames(), to, (host, name, value, place) =>
    builder.setHostVar(host, name, value, place, level),
  );
}

/**
 * The folder of the playbooks, whose variables a run may use.
 * @throws InputError where they are in several and one of these has variables: they would be meant for its playbooks only.
 */
export function playbookFolder(playbooks: readonly string[]): string | undefined {
  const folders = [...new Set(playbooks.map((file) => resolve(dirname(file))))];
  const [only] = folders;
  if (folders.length < 2) return only;
  const own = folders.flatMap((folder) => ['group_vars', 'host_vars'].map((name) => join(folder, name))).find(isFolder);
  if (own === undefined) return undefined;
  throw inputError(`${own} is for the playbooks beside it, not for those of other folders`, 'run them one by one');
}

export interface VarsTo {
  readonly builder: InventoryBuilder;
  readonly findings: Diagnostic[];
  readonly confine: Confine | undefined;
  /** Of Ansible's vault; asked for where a file needs one. Undefined: such files are passed over. */
  readonly passwords: (() => Promise<readonly string[]>) | undefined;
}

async function readOwners(
  folder: string,
  owners: Iterable<string>,
  to: VarsTo,
  set: (owner: string, name: string, value: Value, place: Place) => void,
): Promise<void> {
  const { builder, findings } = to;
  const there = new Set(list(folder, findings));
  if (there.size === 0) return;
  for (const owner of owners) {
    const entry = ENDINGS.map((ending) => owner + ending).find((name) => there.has(name));
    for (const file of entry === undefined ? [] : filesOf(join(folder, entry), findings)) {
      const bytes = collecting(findings, () => readText(file, to.confine));
      if (bytes === undefined) continue;
      const isSealed = isVaultFile(bytes);
      const content = isSealed ? await unsealed(bytes, file, to) : bytes;
      if (content === undefined) continue;
      const found: Diagnostic[] = [];
      const document = collecting(found, () => readYaml(content, file));
      if (document) {
        const { source, root } = document;
        readVars({ value: root }, owner, { source, builder, findings: found }, (name, value, { start }: Span) => {
          const place = { source, start };
          set(owner, name, isSealed ? sealedValue(value, place) : value, place);
        });
      }
      // Nor is a line of what was encrypted shown with what is wrong in it.
      findings.push(...(isSealed ? found.map(({ source: _, length: __, ...finding }) => finding) : found));
    }
  }
}

/** What Ansible's vault has encrypted as a whole; undefined where it is passed over, or can't be decrypted: the findings tell why. */
async function unsealed(bytes: Uint8Array, file: string, to: VarsTo): Promise<Buffer | undefined> {
  const { builder, findings, passwords } = to;
  if (passwords === undefined) {
    builder.sealed.push(file);
    return undefined;
  }
  const given = await passwords();
  const text = decrypted(Buffer.from(bytes).toString('latin1'), given);
  if (text !== undefined) return Buffer.from(text);
  const message =
    given.length === 0
      ? "this file is encrypted by Ansible's vault, and there is no vault password"
      : 'no vault password that was given decrypts this file';
  findings.push({ severity: 'error', message, at: { file, line: 1, column: 1 }, todo: GIVE_PASSWORD });
  return undefined;
}

/** A file, or those of a folder in the order of their names; folders in it are read where their name has no ending. */
function filesOf(path: string, findings: Diagnostic[]): string[] {
  if (!isFolder(path)) return [path];
  return list(path, findings)
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap((name) => {
      const inside = join(path, name);
      if (isFolder(inside)) return extname(name) === '' ? filesOf(inside, findings) : [];
      return ENDINGS.includes(extname(name)) ? [inside] : [];
    });
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Sorted as Ansible sorts: by code points. A folder that is not there has nothing in it. */
function list(folder: string, findings: Diagnostic[]): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') findings.push(...unreadable(folder, error).diagnostics);
    return [];
  }
}

function readText(file: string, confine: Confine | undefined): Uint8Array {
  const outside = confine?.(file);
  if (outside !== undefined) throw inputError(`can't read ${file}: ${outside}`);
  try {
    // A device or a pipe might never end.
    if (statSync(file).isFile()) return readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  throw inputError(`can't read ${file}: it is no regular file`);
}

const unreadable = (path: string, error: unknown) =>
  inputError(`can't read ${path}: ${error instanceof Error ? error.message : String(error)}`, 'check its permissions');
