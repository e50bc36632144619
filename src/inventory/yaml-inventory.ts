import { didYouMean } from '../core/suggestion.ts';
import { toJson, type YamlEntry, type YamlMap, type YamlNode } from '../core/yaml-node.ts';
import { groupNameProblem, type Reading, refuse } from './findings.ts';
import { expandHosts } from './host-range.ts';

const KEYS = ['hosts', 'children', 'vars'];

/** Ansible's YAML inventory: groups at the top, each with hosts, children and vars. */
export function readYamlInventory(root: YamlNode, reading: Reading): void {
  const groups = mapOf(root, 'an inventory', 'begin with `all:`, then `hosts:` below', reading);
  const plugin = groups.find((entry) => entry.key === 'plugin');
  if (plugin) {
    refuse(reading, plugin.keySpan, 'inventory plugins are not supported', 'write the hosts into the file');
    return;
  }
  for (const entry of groups) {
    if (KEYS.includes(entry.key))
      refuse(reading, entry.keySpan, `'${entry.key}' at the top is no group`, `put it below a group: \`all:\``);
    else readGroup(entry, reading);
  }
}

function readGroup(group: YamlEntry, reading: Reading): void {
  const problem = groupNameProblem(group.key);
  if (problem) {
    refuse(reading, group.keySpan, problem, 'use letters, digits, _ and -');
    return;
  }
  reading.builder.group(group.key);
  for (const entry of mapOf(
    group.value,
    `group '${group.key}'`,
    'write `hosts:`, `children:` or `vars:` below it',
    reading,
  )) {
    if (entry.key === 'hosts') readHosts(group.key, entry, reading);
    else if (entry.key === 'children') readChildren(group.key, entry, reading);
    else if (entry.key === 'vars')
      readVars(entry, `group '${group.key}'`, reading, (name, value) =>
        reading.builder.setGroupVar(group.key, name, value),
      );
    else
      refuse(reading, entry.keySpan, `unknown key '${entry.key}' in group '${group.key}'`, didYouMean(entry.key, KEYS));
  }
}

function readHosts(group: string, hosts: YamlEntry, reading: Reading): void {
  for (const host of mapOf(hosts.value, `'hosts' of group '${group}'`, 'write each host as a key: `web1:`', reading)) {
    const expanded = expandHosts(host.key);
    if ('problem' in expanded) {
      refuse(reading, host.keySpan, expanded.problem);
      continue;
    }
    const { names, port } = expanded;
    for (const name of names) {
      reading.builder.addHost(name, group);
      if (port !== undefined) reading.builder.setHostVar(name, 'ansible_port', port);
    }
    readVars(host, `host '${host.key}'`, reading, (key, value) => {
      for (const name of names) reading.builder.setHostVar(name, key, value);
    });
  }
}

function readChildren(parent: string, children: YamlEntry, reading: Reading): void {
  for (const child of mapOf(
    children.value,
    `'children' of group '${parent}'`,
    'write each group as a key: `web:`',
    reading,
  )) {
    if (!groupNameProblem(child.key) && !reading.builder.addChild(parent, child.key)) {
      refuse(reading, child.keySpan, `group '${child.key}' would be its own ancestor`, 'remove it here');
    }
    readGroup(child, reading);
  }
}

function readVars(
  entry: YamlEntry,
  owner: string,
  reading: Reading,
  set: (name: string, value: ReturnType<typeof toJson>) => void,
): void {
  for (const { key, value } of mapOf(entry.value, `the variables of ${owner}`, 'write each as `name: value`', reading))
    set(key, toJson(value));
}

/** The entries of a map; none where it is left empty. */
function mapOf(node: YamlNode, what: string, todo: string, reading: Reading): YamlMap['entries'] {
  if (node.kind === 'map') return node.entries;
  if (node.kind !== 'scalar' || node.value !== null) refuse(reading, node.span, `${what} must be a map`, todo);
  return [];
}
