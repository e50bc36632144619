import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { playbookFile } from '../app/shipped-playbooks.ts';
import { parseYaml } from '../core/yaml.ts';
import { entryOf, toJson, type YamlNode } from '../core/yaml-node.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { splitTags, TAG_WORDS } from '../playbook/tags.ts';

/** What the sources of a command line say of hosts. Programs are not run: nobody asked for it yet. */
export async function namesInInventory(
  sources: readonly string[],
): Promise<{ readonly hosts: readonly string[]; readonly groups: readonly string[] }> {
  if (sources.length === 0) return { hosts: [], groups: [] };
  const { hosts, groups } = await loadInventory(sources.map(atHome), async () => NOTHING);
  return { hosts: hosts.map(({ name }) => name), groups: [...groups.keys()] };
}

const NOTHING = { code: 0, stdout: '{}', stderr: '' };

/** All tags of playbooks and of what they include, and the words that stand for others. */
export async function tagsIn(playbooks: readonly string[]): Promise<readonly string[]> {
  const tags: unknown[] = [];
  for await (const node of nodesIn(playbooks)) tags.push(...[valueAt(node, 'tags')].flat());
  return [...new Set([...tags.filter(isText).flatMap(splitTags), ...TAG_WORDS])];
}

/** The names of steps: of what stands in lists and is no play. */
export async function stepNamesIn(playbooks: readonly string[]): Promise<readonly string[]> {
  const names: unknown[] = [];
  for await (const node of nodesIn(playbooks))
    if (node.kind === 'list')
      names.push(...node.items.filter((item) => !entryOf(item, 'hosts')).map((item) => valueAt(item, 'name')));
  return [...new Set(names.filter(isText))];
}

const isText = (value: unknown): value is string => typeof value === 'string';

const valueAt = (node: YamlNode, key: string): unknown => {
  const entry = entryOf(node, key);
  return entry && toJson(entry.value);
};

/** Every node of playbooks and of the files that they include. Nothing of them is checked or run. */
async function* nodesIn(playbooks: readonly string[]): AsyncGenerator<YamlNode> {
  // The list grows while it is walked.
  const files = playbooks.map((file) => resolve(atHome(playbookFile(file))));
  for (const file of files)
    for (const node of nodesBelow(await readYamlFile(file))) {
      yield node;
      const include = valueAt(node, 'include');
      const path = isText(include) ? resolve(dirname(file), include) : file;
      if (!files.includes(path)) files.push(path);
    }
}

async function readYamlFile(file: string): Promise<YamlNode | undefined> {
  // A device or a pipe might never end.
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile ? parseYaml(await readFile(file), file).root : undefined;
}

function* nodesBelow(node: YamlNode | undefined): Generator<YamlNode> {
  if (node === undefined) return;
  yield node;
  if (node.kind === 'list') for (const item of node.items) yield* nodesBelow(item);
  if (node.kind === 'map') for (const { value } of node.entries) yield* nodesBelow(value);
}

/** A shell hands over what is typed, before it makes a path of it. */
export const atHome = (path: string): string => path.replace(/^~(?=\/)/, () => homedir());
