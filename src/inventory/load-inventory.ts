import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { type Diagnostic, InputError, inputError } from '../core/diagnostic.ts';
import type { Inventory } from '../core/inventory.ts';
import { decodeSource, SourceText } from '../core/source-text.ts';
import { parseYaml } from '../core/yaml.ts';
import { refuse } from './findings.ts';
import { expandHosts } from './host-range.ts';
import { readIniInventory } from './ini-inventory.ts';
import { InventoryBuilder } from './inventory-builder.ts';
import { type RunProgram, readProgramInventory } from './program-inventory.ts';
import { readYamlInventory } from './yaml-inventory.ts';

/** Enough for some 50,000 hosts. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Ansible's own reader is one of YAML 1.1: what it takes for true or for an octal number must be so here. */
const YAML = { maxBytes: MAX_BYTES, version: '1.1' } as const;

/**
 * Reads every source (`-i`): a YAML or INI file, a program that prints one, or a list of hosts with a comma. Later
 * sources win. @param run runs such a program.
 * @throws InputError with every error found.
 */
export async function loadInventory(sources: readonly string[], run: RunProgram): Promise<Inventory> {
  if (sources.length === 0) throw inputError('no inventory', 'name one: -i inventory.yaml, or -i host1,host2,');
  const builder = new InventoryBuilder();
  const findings: Diagnostic[] = [];
  for (const source of sources) {
    try {
      if (source.includes(',')) readHostList(source, builder, findings);
      else await readInventoryFile(source, run, builder, findings);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      findings.push(...error.diagnostics);
    }
  }
  if (findings.length > 0) throw new InputError(findings);
  if (builder.tooManyGroups()) throw inputError('the inventory has more than 10,000 groups');
  return builder.build();
}

function readHostList(list: string, builder: InventoryBuilder, findings: Diagnostic[]): void {
  const reading = { source: new SourceText('-i', list), builder, findings };
  for (const match of list.matchAll(/[^,]+/g)) {
    const name = match[0].trim();
    const expanded = name === '' ? { names: [] } : expandHosts(name);
    if ('problem' in expanded)
      refuse(reading, { start: match.index, end: match.index + match[0].length }, expanded.problem);
    else {
      for (const host of expanded.names) {
        builder.addHost(host, 'ungrouped');
        if (expanded.port !== undefined) builder.setHostVar(host, 'ansible_port', expanded.port);
      }
    }
  }
}

async function readInventoryFile(
  file: string,
  run: RunProgram,
  builder: InventoryBuilder,
  findings: Diagnostic[],
): Promise<void> {
  await refuseWhatIsNotRead(file);
  if (await isProgram(file)) return readProgramInventory(resolve(file), run, builder);
  const bytes = await readFile(file);
  const yaml = isYaml(file, bytes);
  if (yaml) readYamlInventory(yaml.root, { source: yaml.source, builder, findings });
  else readIniInventory({ source: decodeSource(bytes, file, MAX_BYTES), builder, findings });
}

/** By its ending; a file without one is YAML if it reads as a map, as Ansible tries YAML first. */
function isYaml(file: string, bytes: Uint8Array) {
  if (['.yaml', '.yml', '.json'].includes(extname(file))) return parseYaml(bytes, file, YAML);
  if (extname(file) !== '') return undefined;
  try {
    const document = parseYaml(bytes, file, YAML);
    return document.root.kind === 'map' ? document : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** A kind of inventory that is passed over in silence would mean wrong hosts or wrong variables. */
async function refuseWhatIsNotRead(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file' : (error.code ?? error.message);
    throw inputError(`can't read the inventory ${file}: ${why}`, `for a host of that name write -i ${file},`);
  });
  if (found.isDirectory()) throw inputError(`the inventory ${file} is a directory`, 'name its files, each with -i');
  if (!found.isFile()) throw inputError(`the inventory ${file} is no file`);
  for (const folder of ['group_vars', 'host_vars']) {
    const path = join(dirname(file), folder);
    if (await exists(path)) throw inputError(`${path} would not be read`, 'put its variables into the inventory file');
  }
}

/** Executable, and begins as a program does: a YAML file with an x bit is none. */
async function isProgram(file: string): Promise<boolean> {
  if (((await stat(file)).mode & 0o111) === 0) return false;
  const bytes = await readFile(file);
  return (bytes[0] === 0x23 && bytes[1] === 0x21) || (bytes[0] === 0x7f && bytes[1] === 0x45);
}

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
