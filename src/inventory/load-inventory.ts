import { open, readFile, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { type Diagnostic, InputError, inputError } from '../core/diagnostic.ts';
import { decodeSource, SourceText } from '../core/source-text.ts';
import type { Confine } from '../local/roots.ts';
import { refuse, withoutSecretLine } from './findings.ts';
import { expandHosts } from './host-range.ts';
import { readIniInventory } from './ini-inventory.ts';
import { InventoryBuilder, type LoadedInventory } from './inventory-builder.ts';
import { filesOfFolder } from './inventory-folder.ts';
import { MAX_BYTES, readYaml, refuseVault } from './inventory-yaml.ts';
import { type RunProgram, readProgramInventory } from './program-inventory.ts';
import { readVarsFolders } from './vars-folders.ts';
import { readYamlInventory } from './yaml-inventory.ts';

export interface LoadOptions {
  /** Where the playbook is, if there is one. */
  readonly playbookFolder?: string | undefined;
  /** Which files are read; left out: all. */
  readonly confine?: Confine | undefined;
  /** Of Ansible's vault; asked for where a file of variables is encrypted as a whole. Left out: such files are passed over. */
  readonly passwords?: (() => Promise<readonly string[]>) | undefined;
}

/**
 * Reads every source (`-i`): a YAML or INI file, a program that prints one, a folder of these, or a list of hosts with a
 * comma; then `group_vars/` and `host_vars/` beside each, and beside the playbook. Later sources win.
 * @param run runs such a program
 * @throws InputError with every error found.
 */
export async function loadInventory(
  sources: readonly string[],
  run: RunProgram,
  { playbookFolder, confine, passwords }: LoadOptions = {},
): Promise<LoadedInventory> {
  if (sources.length === 0) throw inputError('no inventory', 'name one: -i inventory.yaml, or -i host1,host2,');
  const builder = new InventoryBuilder();
  const findings: Diagnostic[] = [];
  /** By absolute path. */
  const folders = new Map<string, string>();
  for (const source of sources) {
    try {
      const folder = await readSource(source, { run, builder, findings, confine });
      if (folder !== undefined) folders.set(resolve(folder), folder);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      findings.push(...error.diagnostics);
    }
  }
  if (builder.groups.tooMany()) throw inputError('the inventory has more than 10,000 groups');
  const to = { builder, findings, confine, passwords };
  for (const folder of folders.values()) await readVarsFolders(folder, 'besideInventory', to);
  if (playbookFolder !== undefined && !folders.has(resolve(playbookFolder)))
    await readVarsFolders(playbookFolder, 'besidePlaybook', to);
  if (findings.length > 0) throw new InputError(findings.map(withoutSecretLine));
  return builder.build();
}

interface To {
  readonly run: RunProgram;
  readonly builder: InventoryBuilder;
  readonly findings: Diagnostic[];
  readonly confine: Confine | undefined;
}

/** @returns the folder whose group_vars and host_vars belong to it; a list of hosts has none. */
async function readSource(source: string, to: To): Promise<string | undefined> {
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (!source.includes(',')) throw unreadable(source, found);
    readHostList(source, to);
    return undefined;
  }
  if (!found.isDirectory()) {
    await readInventoryFile(source, to);
    return dirname(source);
  }
  const { files, ignored } = await filesOfFolder(source);
  const first = ignored.find((path) => /\.(ini|cfg|txt)$/.test(path));
  if (files.length === 0)
    throw inputError(
      `no inventory in the folder ${source}`,
      first && `${first} is passed over in a folder, as in Ansible; name the file itself`,
    );
  for (const file of files) await readInventoryFile(file, to);
  return source;
}

function unreadable(source: string, { code, message }: NodeJS.ErrnoException): InputError {
  const why = code === 'ENOENT' ? 'no such file' : (code ?? message);
  return inputError(`can't read the inventory ${source}: ${why}`, `for a host of that name write -i ${source},`);
}

function readHostList(list: string, { builder, findings }: To): void {
  const reading = { source: new SourceText('-i', list), builder, findings };
  for (const match of list.matchAll(/[^,]+/g)) {
    const name = match[0].trim();
    const expanded = name === '' ? { names: [] } : expandHosts(name);
    const span = { start: match.index, end: match.index + match[0].length };
    if ('problem' in expanded) {
      refuse(reading, span, expanded.problem);
      continue;
    }
    for (const host of expanded.names) {
      builder.addHost(host, 'ungrouped');
      if (expanded.port === undefined) continue;
      const place = { source: reading.source, start: span.start };
      builder.setHostVar(host, 'ansible_port', { json: expanded.port, secrets: [] }, place);
    }
  }
}

async function readInventoryFile(file: string, { run, builder, findings, confine }: To): Promise<void> {
  const outside = confine?.(file);
  if (outside !== undefined) throw inputError(`can't read the inventory ${file}: ${outside}`);
  const found = await stat(file);
  if (!found.isFile()) throw inputError(`the inventory ${file} is no file`);
  if (found.mode & 0o111 && (await isProgram(file))) return readProgramInventory(resolve(file), run, builder);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(file, error);
  });
  refuseVault(bytes, file);
  const yaml = asYaml(file, bytes);
  if (yaml === undefined) readIniInventory({ source: decodeSource(bytes, file, MAX_BYTES), builder, findings });
  else if (yaml !== 'empty') readYamlInventory(yaml.root, { source: yaml.source, builder, findings });
}

/** By its ending; a file without one is YAML if it reads as a map, as Ansible tries YAML first. */
function asYaml(file: string, bytes: Uint8Array) {
  if (['.yaml', '.yml', '.json'].includes(extname(file))) return readYaml(bytes, file) ?? 'empty';
  if (extname(file) !== '') return undefined;
  try {
    const document = readYaml(bytes, file);
    return document?.root.kind === 'map' ? document : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Begins as a program does: a YAML file with an x bit is none. */
async function isProgram(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(4) });
    return buffer.toString('latin1', 0, 2) === '#!' || buffer.toString('latin1') === '\x7fELF';
  } finally {
    await file.close();
  }
}
